import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { RollupAbi } from '@aztec/l1-artifacts/RollupAbi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { EpochContents } from '../../containers/devnet/traffic/epoch-contents.ts';
import { fleetEngineOptions } from '../../containers/local-fleet/fleet.ts';
import type { FleetOptions } from '../../containers/local-fleet/fleet-member.ts';
import { ACCOUNT_INDEX, anvilAccount, anvilPrivateKey } from '../../containers/local-l1/devnet-accounts.ts';
import { Secret } from '../../shared/config/secret.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { openEngine } from '../../shared/engine/open-engine.ts';
import { createL1Client } from '../../shared/l1/l1-client.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import type { JobRecord } from '../../shared/ledger/job-ledger.ts';
import { STREAMED_RANGE } from '../../shared/ledger/streamed-epoch.ts';
import { eventually } from '../fixtures/eventually.ts';
import { OfficialFleet } from './official/official-fleet.ts';
import { type OneEpochDevnet, startOneEpochDevnet } from './official/one-epoch-devnet.ts';

/** Long enough for jobs to be open when the second node takes the epoch up. */
const PROOF_MS = 700;
/** Of an account that no other program of a devnet sends from. */
const NATIVE_PUBLISHER_INDEX = Math.max(...Object.values(ACCOUNT_INDEX)) + 1;

interface Story {
  readonly epoch: EpochRecord;
  readonly jobs: readonly JobRecord[];
  /** The accounts that have proven the epoch on L1. */
  readonly provers: readonly string[];
}

describe("an epoch that Aztec's node and ours prove at the same time, with agents of both kinds", () => {
  let devnet: OneEpochDevnet;
  let engine: Engine;
  let story: Story;
  const publishers = {
    official: anvilAccount(ACCOUNT_INDEX.proverPublisher).address.toLowerCase(),
    native: anvilAccount(NATIVE_PUBLISHER_INDEX).address.toLowerCase(),
  };
  const cleanUps: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'coppice-mixed-'));
    cleanUps.push(() => rm(directory, { recursive: true, force: true }));
    devnet = await startOneEpochDevnet(directory);
    cleanUps.push(() => devnet.stop());
    const options = optionsOf(directory, ACCOUNT_INDEX.proverPublisher);
    engine = await openEngine(fleetEngineOptions(options));
    cleanUps.push(() => engine.close());
    const fleet = await OfficialFleet.open(options);
    cleanUps.push(() => fleet.stop());
    story = await proveByBoth(fleet, directory, await devnet.untilMined());
  });

  afterAll(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });

  async function proveByBoth(fleet: OfficialFleet, directory: string, contents: EpochContents): Promise<Story> {
    fleet.startBroker();
    // Each node has a database of the chain; the engine is the fleet's.
    const dataDirectory = join(directory, 'official');
    await mkdir(dataDirectory);
    fleet.startNode({ ...optionsOf(directory, ACCOUNT_INDEX.proverPublisher), dataDirectory });
    fleet.startAgent('official-agent');
    await eventually(async () => (await jobsOf(contents)).length > 0 || undefined, devnet);
    // It finds the epoch open, by the jobs of the other node.
    fleet.startOwnNode(optionsOf(directory, NATIVE_PUBLISHER_INDEX));
    fleet.startOwnAgent('own');
    const provers = await eventually(async () => {
      const accounts = await proversOf(contents);
      return accounts.length === 2 ? accounts : undefined;
    }, devnet);
    const epoch = await eventually(async () => {
      const record = await engine.epochs.find(devnet.idOf(contents));
      return record?.state === 'proven' ? record : undefined;
    }, devnet);
    return { epoch, provers, jobs: await jobsOf(contents) };
  }

  it('is proven on L1 by both', () => {
    expect(story.provers.toSorted()).toEqual(Object.values(publishers).toSorted());
  });

  it('has each job that both ask for once, and two roots', () => {
    expect(story.jobs.filter(({ circuit }) => circuit === 'ROOT_ROLLUP')).toHaveLength(2);
    const ranges = Map.groupBy(story.jobs, ({ rangeId }) => rangeId);
    expect([...ranges.keys()].toSorted()).toEqual([story.epoch.rangeId, STREAMED_RANGE].toSorted());
    // What comes before the checkpoints' roots does not depend on who proves.
    expect(ranges.get(STREAMED_RANGE)!.length).toBeLessThan(story.jobs.length / 2);
  });

  it('has no job cancelled, rejected or left by the other node', () => {
    expect(story.jobs.filter(({ state }) => state !== 'proven')).toEqual([]);
  });

  it('has jobs of both nodes proven by agents of both kinds', () => {
    for (const isOfNative of [true, false]) {
      const jobs = story.jobs.filter(({ rangeId }) => (rangeId !== STREAMED_RANGE) === isOfNative);
      expect(new Set(jobs.map(({ provenBy }) => provenBy === 'own'))).toEqual(new Set([true, false]));
    }
  });

  function optionsOf(dataDirectory: string, publisherIndex: number): FleetOptions {
    return {
      dataDirectory,
      environmentFile: devnet.proverNodeEnvironmentFile,
      publisherKey: new Secret(anvilPrivateKey(publisherIndex)),
      variables: { PROVER_TEST_DELAY_MS: String(PROOF_MS), LOG_JSON: 'true' },
    };
  }

  async function jobsOf(contents: EpochContents): Promise<readonly JobRecord[]> {
    return await engine.jobs.jobsOfEpoch(devnet.idOf(contents));
  }

  async function proversOf({ checkpoints }: EpochContents): Promise<readonly string[]> {
    const l1 = createL1Client({ rpcUrls: [devnet.l1RpcUrl], chainId: devnet.l1ChainId });
    const verified = await l1.getContractEvents({
      address: devnet.rollupAddress,
      abi: RollupAbi,
      eventName: 'L2ProofVerified',
      args: { checkpointNumber: BigInt(checkpoints.at(-1)!.checkpointNumber) },
      fromBlock: 'earliest',
    });
    return [...new Set(verified.flatMap(({ args }) => args.proverId?.toLowerCase() ?? []))];
  }
});
