import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { findEpochProof, type MinedEpochProof } from '../../containers/devnet/report/find-epoch-proof.ts';
import type { EpochContents } from '../../containers/devnet/traffic/epoch-contents.ts';
import { type AwsEmulator, EMULATOR_VARIABLES, startAwsEmulator } from '../../containers/local-fleet/aws-emulator.ts';
import { anvilAccount, anvilPrivateKey } from '../../containers/local-l1/devnet-accounts.ts';
import type { FleetProcess } from '../../containers/processes/fleet-process.ts';
import type { EnvironmentInput } from '../../infra/config/environment-config.ts';
import { AWS_PERMISSIONS, OFFICIAL_ROLES } from '../../shared/engine/aws/aws-permissions.ts';
import { awsResourceNames } from '../../shared/engine/aws/aws-resource-names.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { openEngine } from '../../shared/engine/open-engine.ts';
import { createL1Client } from '../../shared/l1/l1-client.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import type { JobRecord } from '../../shared/ledger/job-ledger.ts';
import { type Breakable, eventually } from '../fixtures/eventually.ts';
import { deployFleet } from './deployed/deploy-fleet.ts';
import { DeployedFleet } from './deployed/deployed-fleet.ts';
import { environmentFor, nodeVariablesFor, REGISTRY } from './deployed/environment-for.ts';
import { OfficialTask } from './deployed/official-task.ts';
import { type OneEpochDevnet, startOneEpochDevnet } from './official/one-epoch-devnet.ts';

const PREFIX = 'official';
const BUCKET = 'official-proofs-123456789012';
const LINE = 'v4';
/** Of anvil's accounts: one that no program of the devnet sends from. */
const PUBLISHER_INDEX = 7;
const PUBLISHER = anvilAccount(PUBLISHER_INDEX).address;
const ADMIN_KEY_HASH = 'ab'.repeat(32);
const POOLS = ['small', 'medium', 'large'] as const;
/** Long enough to kill a program in the middle of a proof. */
const PROOF_MS = 500;
/** Of about seventy jobs of the devnet's epoch. */
const PROVEN_WHEN_BROKER_DIES = 5;
const PROVEN_WHEN_GATEWAY_DIES = 12;
const PROVEN_WHEN_NODE_DIES = 20;

/** What is called only when something goes wrong, or takes longer than here. */
const NOT_IN_EVERY_EPOCH: Readonly<Record<(typeof OFFICIAL_ROLES)[number], readonly string[]>> = {
  broker: ['dynamodb:BatchGetItem', 's3:DeleteObject'],
  gateway: ['sqs:ChangeMessageVisibility', 'sqs:SendMessage'],
};

interface Story {
  /** What was proven just before each program was killed. */
  readonly before: Readonly<Record<'broker' | 'gateway' | 'node', readonly JobRecord[]>>;
  readonly jobs: readonly JobRecord[];
  readonly proof: MinedEpochProof;
}

/**
 * The app is deployed to an empty emulator with an official line of 4.1.2, and the result proves an epoch of a devnet: Aztec's
 * own node and agents, and Coppice's broker and gateways beside them, each a process with the variables of its container, started
 * in the order of its task, killed with `kill -9` and started again in place.
 */
describe('an epoch of an official line on the stacks as they are deployed', () => {
  let devnet: OneEpochDevnet;
  let emulator: AwsEmulator;
  let fleet: DeployedFleet;
  let engine: Engine;
  let node: OfficialTask;
  const agents = new Map<string, OfficialTask>();
  const programs = new Map<string, FleetProcess>();
  let story: Story;
  const cleanUps: (() => Promise<void> | void)[] = [];
  const names = awsResourceNames(PREFIX, BUCKET);

  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'coppice-official-'));
    cleanUps.push(() => rm(directory, { recursive: true, force: true }));
    [devnet, emulator] = await Promise.all([startOneEpochDevnet(join(directory, 'devnet')), startAwsEmulator()]);
    cleanUps.push(
      () => emulator.stop(),
      () => devnet.stop(),
    );
    const { endpoint } = emulator;
    const deployment = await deployFleet(officialFleetFor(devnet), { endpoint, directory });
    fleet = new DeployedFleet({ deployment, endpoint, directory });
    cleanUps.push(() => fleet.stop());
    const connection = { region: EMULATOR_VARIABLES.AWS_REGION, endpoint };
    engine = await openEngine({ engine: 'aws', prefix: PREFIX, bucket: BUCKET, connection, leaseSeconds: 120 });
    cleanUps.push(() => engine.close());
    await fillSecrets();
    node = await OfficialTask.of(fleet, names.nodeService(LINE), join(directory, 'node'));
    await start(node);
    await fleet.startFunction('sweep-ledger', ['--every', '15']);
    await startAgents(directory);
    story = await killAndRecover();
  });

  afterAll(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });

  /** What breaks of the network or of the fleet ends the wait. */
  function whole(): Breakable {
    return { broken: Promise.race([devnet.broken, fleet.broken]) };
  }

  async function fillSecrets(): Promise<void> {
    await fleet.fillSecret(fleet.output('state', 'L1SecretId'), JSON.stringify({ ETHEREUM_HOSTS: devnet.l1RpcUrl }));
    const ofNode = {
      [`${LINE}_PROVER_PUBLISHER_PRIVATE_KEY`]: anvilPrivateKey(PUBLISHER_INDEX),
      [`${LINE}_AZTEC_ADMIN_API_KEY_HASH`]: ADMIN_KEY_HASH,
      [`${LINE}_AZTEC_ADMIN_API_KEY`]: 'administrative',
    };
    await fleet.fillSecret(fleet.output('state', 'OfficialSecretId'), JSON.stringify(ofNode));
  }

  /** Starts a task's containers in its order. */
  async function start(task: OfficialTask): Promise<void> {
    for (const name of task.startOrder) {
      programs.set(name, name === task.aztec.name ? await task.startAztec() : await task.startOurs());
    }
  }

  /** One task of each pool, as if the scaler had asked for it. */
  async function startAgents(directory: string): Promise<void> {
    for (const pool of POOLS) {
      const service = names.agentService(pool, 'spot', LINE);
      const task = await OfficialTask.of(fleet, service, join(directory, service));
      agents.set(pool, task);
      await start(task);
    }
  }

  /** `kill -9`, and what its restart policy has ECS do. */
  async function restart(task: OfficialTask, container: 'aztec' | 'ours'): Promise<void> {
    const { name } = task[container];
    const program = programs.get(name);
    if (program === undefined) throw new Error(`${name} was not started`);
    await fleet.kill(program);
    programs.set(name, container === 'aztec' ? await task.startAztec() : await task.startOurs());
  }

  async function killAndRecover(): Promise<Story> {
    const contents = await devnet.untilMined();
    await untilProven(contents, PROVEN_WHEN_BROKER_DIES);
    const broker = await provenJobsOf(contents);
    await restart(node, 'ours');

    await untilProven(contents, PROVEN_WHEN_GATEWAY_DIES);
    const gateway = await provenJobsOf(contents);
    for (const pool of ['medium', 'large']) await restart(agents.get(pool)!, 'ours');
    await restart(agents.get('small')!, 'aztec');

    await untilProven(contents, PROVEN_WHEN_NODE_DIES);
    const ofNode = await provenJobsOf(contents);
    await restart(node, 'aztec');

    const proof = await eventually(() => minedProofOf(contents), whole());
    return { before: { broker, gateway, node: ofNode }, jobs: await jobsOf(contents), proof };
  }

  it('has its root mined on L1, by the account whose key is in the secret of official nodes', () => {
    expect(story.proof.from.toLowerCase()).toBe(PUBLISHER.toLowerCase());
  });

  it('has every job of its tree proven, from the leaves to the root', () => {
    expect(story.jobs.filter(({ state }) => state !== 'proven')).toEqual([]);
    const circuits = new Set<string>(story.jobs.map(({ circuit }) => circuit));
    for (const circuit of ['PUBLIC_VM', 'PARITY_BASE', 'CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP', 'ROOT_ROLLUP']) {
      expect.soft(circuits).toContain(circuit);
    }
  });

  it('keeps what was proven when broker, gateways and node died', () => {
    const { before, jobs } = story;
    expect(before.broker.length).toBeGreaterThanOrEqual(PROVEN_WHEN_BROKER_DIES);
    for (const known of Object.values(before).flat()) {
      expect(jobs.find(({ id }) => id === known.id)).toMatchObject({
        settledAtMs: known.settledAtMs,
        proof: known.proof,
      });
    }
  });

  it('loses at most the attempt whose agent was killed', () => {
    const lost = story.jobs.reduce((sum, { attempts }) => sum + attempts['lost-agent'], 0);
    expect(lost).toBeLessThanOrEqual(1);
    expect(story.jobs.filter(({ attempts }) => attempts.failure > 0)).toEqual([]);
  });

  it('is proven by agents of every pool, each its own jobs, through gateways that are in the registry', async () => {
    const seen = await engine.agents.seenWithin(3600);
    for (const pool of POOLS) {
      const ofPool = seen.filter(({ pools }) => pools.length === 1 && pools[0] === pool).map(({ agentId }) => agentId);
      const provers = new Set(story.jobs.filter((job) => job.pool === pool).map(({ provenBy }) => provenBy));
      expect.soft(provers.size, pool).toBeGreaterThan(0);
      for (const prover of provers) expect.soft(ofPool).toContain(prover);
    }
    expect(new Set(seen.map(({ networkVersion }) => networkVersion))).toEqual(new Set(['4.1.2']));
  });

  it('has inputs and proofs in the bucket, though its programs send them in their calls', () => {
    for (const { inputsUri, proofUri, proof } of story.jobs) {
      expect([inputsUri, proofUri]).toEqual([undefined, undefined]);
      expect(proof?.key).toMatch(/^outputs\//);
    }
  });

  it('is closed in the ledger once L1 has its proof', async () => {
    const closed = await eventually(async () => {
      const record = (await engine.epochs.latest(5)).find(({ state }) => state === 'proven');
      return isOf(story.jobs, record) ? record : undefined;
    }, whole());
    expect(closed.rootJobId).toBe(story.jobs.find(({ circuit }) => circuit === 'ROOT_ROLLUP')?.id);
  });

  it("gives the publisher's key to the official node alone", () => {
    const key = anvilPrivateKey(PUBLISHER_INDEX);
    expect(node.aztec.variables).toMatchObject({
      PROVER_PUBLISHER_PRIVATE_KEY: key,
      AZTEC_ADMIN_API_KEY_HASH: ADMIN_KEY_HASH,
    });
    const others = [node.ours, ...[...agents.values()].flatMap((task) => [task.aztec, task.ours])];
    for (const { name, variables } of others) expect(JSON.stringify(variables), name).not.toContain(key);
  });

  it.each(OFFICIAL_ROLES)('calls of AWS what %s is granted, and nothing else', async (role) => {
    await fetch(`${node.urlOf(node.ours, 'PROVER_BROKER_PORT')}/status`);
    const called = fleet.actionsOf(role);
    const wanted = AWS_PERMISSIONS[role].filter((action) => !NOT_IN_EVERY_EPOCH[role].includes(action));
    expect(called).toEqual(expect.arrayContaining(wanted));
    expect(AWS_PERMISSIONS[role]).toEqual(expect.arrayContaining([...called]));
  });

  it("calls nothing of AWS from Aztec's own programs", () => {
    expect(fleet.actionsOf('aztec')).toEqual([]);
  });

  async function untilProven(contents: EpochContents, count: number): Promise<void> {
    await eventually(async () => (await provenJobsOf(contents)).length >= count || undefined, whole());
  }

  async function jobsOf(contents: EpochContents): Promise<readonly JobRecord[]> {
    return await engine.jobs.jobsOfEpoch(devnet.idOf(contents));
  }

  async function provenJobsOf(contents: EpochContents): Promise<readonly JobRecord[]> {
    return (await jobsOf(contents)).filter(({ state }) => state === 'proven');
  }

  async function minedProofOf({ checkpoints }: EpochContents): Promise<MinedEpochProof | undefined> {
    const l1 = createL1Client({ rpcUrls: [devnet.l1RpcUrl], chainId: devnet.l1ChainId });
    return await findEpochProof(l1, {
      rollupAddress: devnet.rollupAddress,
      publisher: PUBLISHER,
      firstCheckpoint: checkpoints[0]!.checkpointNumber,
      lastCheckpoint: checkpoints.at(-1)!.checkpointNumber,
    });
  }
});

function isOf(jobs: readonly JobRecord[], epoch: EpochRecord | undefined): epoch is EpochRecord {
  return epoch !== undefined && jobs.some(({ id }) => id.startsWith(`${epoch.id}:`));
}

/** An official line of 4.1.2 alone. */
function officialFleetFor(devnet: OneEpochDevnet): EnvironmentInput {
  return environmentFor(devnet, {
    prefix: PREFIX,
    proofsBucket: BUCKET,
    publisher: PUBLISHER,
    lines: [
      {
        aztec: '4.1.2',
        name: LINE,
        rollupVersion: devnet.rollupVersion,
        publisherAddress: PUBLISHER,
        images: { node: `${REGISTRY}/aztec:4.1.2`, agent: `${REGISTRY}/aztec-prover-agent:4.1.2` },
        variables: {
          node: nodeVariablesFor(devnet),
          // It has no network to prove for but one whose proofs are empty.
          agent: { PROVER_REAL_PROOFS: 'false', PROVER_TEST_DELAY_MS: String(PROOF_MS) },
        },
      },
    ],
    images: { broker: `${REGISTRY}/coppice-broker:0.1.0` },
  });
}
