import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { findEpochProof, type MinedEpochProof } from '../../../containers/devnet/report/find-epoch-proof.ts';
import type { EpochContents } from '../../../containers/devnet/traffic/epoch-contents.ts';
import { fleetEngineOptions, type FunctionName } from '../../../containers/local-fleet/fleet.ts';
import type { FleetOptions } from '../../../containers/local-fleet/fleet-member.ts';
import { anvilAccount, anvilPrivateKey } from '../../../containers/local-l1/devnet-accounts.ts';
import { Secret } from '../../../shared/config/secret.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { openEngine } from '../../../shared/engine/open-engine.ts';
import { createL1Client } from '../../../shared/l1/l1-client.ts';
import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { readWatchedNodes } from '../../../shared/ledger/watched-nodes.ts';
import { epochIdOf } from '../../../shared/proving-job/proving-job-id.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { OfficialFleet } from './official-fleet.ts';
import { type OneEpochDevnet, startOneEpochDevnet } from './one-epoch-devnet.ts';

/** What differs between the engines. */
export interface OfficialEpochGround {
  /** Short, so that a killed agent's job is soon another's; longer than Aztec's agents poll. */
  readonly leaseSeconds: number;
  /** Functions that run as well. */
  readonly functions: readonly FunctionName[];
  /** Adds to a fleet's options what it needs to work on the engine. */
  readonly fleetOptions: (options: FleetOptions) => Promise<FleetOptions>;
}

/** Long enough to kill an agent in the middle of a proof. */
const PROOF_MS = 700;
/** Of about seventy jobs of the devnet's epoch. */
const PROVEN_WHEN_BROKER_DIES = 5;
const PROVEN_WHEN_GATEWAY_DIES = 12;
const PROVEN_WHEN_NODE_DIES = 20;
/** The agent behind the gateway, in the ledger. */
const AGENT_OF_GATEWAY = 'behind-the-gateway';

/** What killing did, and what there was to lose. */
interface Story {
  readonly provenWhenBrokerDied: readonly JobRecord[];
  readonly provenWhenGatewayDied: readonly JobRecord[];
  readonly provenWhenNodeDied: readonly JobRecord[];
  readonly jobs: readonly JobRecord[];
  readonly proof: MinedEpochProof;
  readonly provingsWhenNodeDied: ReadonlyMap<string, number>;
  readonly provings: ReadonlyMap<string, number>;
}

/** The suite of an epoch that Aztec's own node has proven by Aztec's own agents, and one of ours, through our broker. */
export function describeOfficialEpoch(engineName: string, ground: () => OfficialEpochGround): void {
  describe(`an epoch of Aztec's own node and agents on the engine ${engineName}, whose parts are killed with kill -9`, () => {
    let devnet: OneEpochDevnet;
    let engine: Engine;
    let fleet: OfficialFleet;
    let story: Story;
    const cleanUps: (() => Promise<void>)[] = [];

    beforeAll(async () => {
      const directory = await mkdtemp(join(tmpdir(), 'coppice-official-'));
      cleanUps.push(() => rm(directory, { recursive: true, force: true }));
      devnet = await startOneEpochDevnet(directory);
      cleanUps.push(() => devnet.stop());
      const { leaseSeconds, functions, fleetOptions } = ground();
      const options = await fleetOptions({
        dataDirectory: directory,
        environmentFile: devnet.proverNodeEnvironmentFile,
        publisherKey: new Secret(anvilPrivateKey(devnet.proverPublisherAccountIndex)),
        variables: {
          COPPICE_LEASE_SECONDS: String(leaseSeconds),
          PROVER_TEST_DELAY_MS: String(PROOF_MS),
          LOG_JSON: 'true',
        },
      });
      engine = await openEngine(fleetEngineOptions(options));
      cleanUps.push(() => engine.close());
      fleet = await OfficialFleet.open(options);
      cleanUps.push(() => fleet.stop());
      for (const name of functions) fleet.startFunction(name);
      story = await killAndRecover();
    });

    afterAll(async () => {
      for (const cleanUp of cleanUps.reverse()) await cleanUp();
    });

    async function killAndRecover(): Promise<Story> {
      const broker = fleet.startBroker();
      const node = fleet.startNode();
      const doomed = fleet.startAgent('doomed');
      fleet.startAgent('steady');
      const gateway = fleet.startGateway(AGENT_OF_GATEWAY);
      fleet.startAgentOfGateway('through-gateway');
      const contents = await devnet.untilMined();

      await untilProven(contents, PROVEN_WHEN_BROKER_DIES);
      broker.kill();
      await broker.ended;
      const provenWhenBrokerDied = await provenJobsOf(contents);
      fleet.startBroker();

      await untilProven(contents, provenWhenBrokerDied.length + 1);
      doomed.kill();
      fleet.startOwnAgent('own');

      await untilProven(contents, PROVEN_WHEN_GATEWAY_DIES);
      await eventually(async () => (await provenThroughGateway(contents)).length > 0 || undefined, devnet);
      gateway.kill();
      await gateway.ended;
      const provenWhenGatewayDied = await provenJobsOf(contents);
      fleet.startGateway(AGENT_OF_GATEWAY);

      await untilProven(contents, PROVEN_WHEN_NODE_DIES);
      node.kill();
      await node.ended;
      const provenWhenNodeDied = await provenJobsOf(contents);
      const provingsWhenNodeDied = await fleet.countProvings();
      fleet.startNode();

      const proof = await eventually(() => minedProofOf(contents), devnet);
      return {
        provenWhenBrokerDied,
        provenWhenGatewayDied,
        provenWhenNodeDied,
        jobs: await jobsOf(contents),
        proof,
        provingsWhenNodeDied,
        provings: await fleet.countProvings(),
      };
    }

    it("has its root mined on L1, by the node's own account", () => {
      expect(story.proof.from.toLowerCase()).toBe(
        anvilAccount(devnet.proverPublisherAccountIndex).address.toLowerCase(),
      );
    });

    it('is watched by the broker, which reads what the node does', async () => {
      const watched = await eventually(async () => {
        const [node] = await readWatchedNodes(engine.notes, Date.now());
        return node?.problem === undefined ? node : undefined;
      }, devnet);
      expect(watched).toMatchObject({ networkVersion: '4.1.2', troubles: [] });
    });

    it('has every job of its tree proven, from the leaves to the root', () => {
      expect(story.jobs.filter(({ state }) => state !== 'proven')).toEqual([]);
      const circuits = new Set<string>(story.jobs.map(({ circuit }) => circuit));
      for (const circuit of ['PUBLIC_VM', 'PARITY_BASE', 'BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP', 'ROOT_ROLLUP']) {
        expect(circuits).toContain(circuit);
      }
    });

    it('keeps what was proven when broker, gateway and node died, and proves none of it again', () => {
      const { provenWhenBrokerDied, provenWhenGatewayDied, provenWhenNodeDied, provingsWhenNodeDied, jobs, provings } =
        story;
      expect(provenWhenBrokerDied.length).toBeGreaterThanOrEqual(PROVEN_WHEN_BROKER_DIES);
      for (const before of [...provenWhenBrokerDied, ...provenWhenGatewayDied, ...provenWhenNodeDied]) {
        expect(jobs.find(({ id }) => id === before.id)).toMatchObject({
          settledAtMs: before.settledAtMs,
          proof: before.proof,
        });
      }
      // The last lines of the killed agent may be missing.
      expect(provings.size).toBeGreaterThan(jobs.length / 2);
      // An agent that loads its circuits may miss a lease. Its job is another agent's then, and each may end its proof, also
      // after the node died.
      const again = provenWhenNodeDied.filter(({ id }) => {
        const before = provingsWhenNodeDied.get(wireIdOf(id)) ?? 0;
        const lost = jobs.find((job) => job.id === id)?.attempts['lost-agent'] ?? 0;
        return (provings.get(wireIdOf(id)) ?? 0) > Math.max(1 + lost, before);
      });
      expect(again.map(({ id }) => id)).toEqual([]);
    });

    it('is proven by agents of both kinds', async () => {
      const own = story.jobs.filter(({ provenBy }) => provenBy === 'own');
      expect(own.length).toBeGreaterThan(0);
      expect(own.length).toBeLessThan(story.jobs.length);
    });

    it('is proven by the agent behind the gateway, also after the gateway was killed', () => {
      const byIt = story.jobs.filter(({ provenBy }) => provenBy === AGENT_OF_GATEWAY).map(({ id }) => id);
      const before = new Set(story.provenWhenGatewayDied.map(({ id }) => id));
      expect(byIt.some((id) => before.has(id))).toBe(true);
      expect(byIt.some((id) => !before.has(id))).toBe(true);
    });

    it('is closed in the ledger once L1 has its proof', async () => {
      const closed = await eventually(async () => {
        const record = await engine.epochs.find(epochIdOf(story.jobs[0]!.id));
        return record?.state === 'proven' ? record : undefined;
      }, devnet);
      expect(closed.rootJobId).toBe(story.jobs.find(({ circuit }) => circuit === 'ROOT_ROLLUP')?.id);
    });

    async function untilProven(contents: EpochContents, count: number): Promise<void> {
      await eventually(async () => (await provenJobsOf(contents)).length >= count || undefined, devnet);
    }

    async function jobsOf(contents: EpochContents): Promise<readonly JobRecord[]> {
      return await engine.jobs.jobsOfEpoch(devnet.idOf(contents));
    }

    async function provenJobsOf(contents: EpochContents): Promise<readonly JobRecord[]> {
      return (await jobsOf(contents)).filter(({ state }) => state === 'proven');
    }

    async function provenThroughGateway(contents: EpochContents): Promise<readonly JobRecord[]> {
      return (await provenJobsOf(contents)).filter(({ provenBy }) => provenBy === AGENT_OF_GATEWAY);
    }

    async function minedProofOf({ checkpoints }: EpochContents): Promise<MinedEpochProof | undefined> {
      const l1 = createL1Client({ rpcUrls: [devnet.l1RpcUrl], chainId: devnet.l1ChainId });
      return await findEpochProof(l1, {
        rollupAddress: devnet.rollupAddress,
        publisher: anvilAccount(devnet.proverPublisherAccountIndex).address,
        firstCheckpoint: checkpoints[0]!.checkpointNumber,
        lastCheckpoint: checkpoints.at(-1)!.checkpointNumber,
      });
    }
  });
}

/** The id as Aztec's agents have it, without the rollup. */
function wireIdOf(id: JobRecord['id']): string {
  return id.split(':').slice(-3).join(':');
}
