import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { cachedEngine } from '../../../containers/console/read/cached-engine.ts';
import type { ConsoleDeps } from '../../../containers/console/read/console-deps.ts';
import { findResource } from '../../../containers/console/read/find-resource.ts';
import { readAgesOf } from '../../../containers/console/read/read-ages.ts';
import { ReadCache } from '../../../containers/console/read/read-cache.ts';
import { PredictionReader } from '../../../containers/epoch-view/prediction-reader.ts';
import { type AwsUsage, dollarsOf } from '../../../shared/cost/aws-prices.ts';
import { openAwsEngine } from '../../../shared/engine/aws/aws-engine.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import type { AgentRecord } from '../../../shared/ledger/agent-registry.ts';
import { AgentId, RangeId } from '../../../shared/ledger/job-ledger.ts';
import { type AwsHarness, openAwsHarness } from '../../contract/aws-harness.ts';
import { addUsage, timesUsage, usageOf } from '../../bench/aws/usage.ts';
import { aNewJob } from '../../contract/a-new-job.ts';
import { aNewEpoch } from '../../contract/epoch-ledger.contract.ts';
import { type AwsGate, startAwsGate } from '../../fixtures/aws-gate.ts';
import { CapacityMeter } from '../../fixtures/aws-gate-capacity.ts';
import { itemBytes } from '../../fixtures/dynamo-item-bytes.ts';
import { epochId } from '../../fixtures/epoch-id.ts';

const HOUR_MS = 3_600_000;
const WATCHED_MS = 60_000;
/** Everything that the page of an epoch shows, and whatever else is open beside it in another tab. */
const BUSIEST = ['fleet', 'epochs/7', 'epochs/7/jobs', 'epochs/7/cost', 'epochs', 'agents', 'decisions', 'incidents'];
const MOST_DOLLARS_PER_HOUR = 0.1;
const READ_UNIT_BYTES = 4096;
const JOBS = 8;
const DECISIONS = 16;
const AGENTS = 16;
const RANGE = RangeId.parse(`0x${'a1'.repeat(32)}`);
const AGES = readAgesOf('aws');

describe('the console of a fleet on AWS', () => {
  let harness: AwsHarness;
  let meter: CapacityMeter;
  let gate: AwsGate;
  let engine: Engine;
  let nowMs: number;
  beforeEach(async () => {
    harness = await openAwsHarness(['queues', 'bucket', 'table']);
    const { endpoint: target = '' } = harness.connection;
    meter = new CapacityMeter(target);
    gate = await startAwsGate({ target, capacity: meter });
    const prefix = harness.names.ledgerTable.replace(/-ledger$/, '');
    const connection = { ...harness.connection, endpoint: gate.endpoint };
    engine = openAwsEngine({ prefix, connection, leaseSeconds: harness.leaseSeconds, nowMs: () => nowMs });
    nowMs = harness.nowMs();
    await seed(engine, nowMs);
  });
  afterEach(async () => {
    await engine.close();
    await gate.close();
    meter.close();
    await harness.close();
  });

  /** What AWS would charge for the calls that this makes. */
  async function usageDuring(act: () => Promise<unknown>): Promise<AwsUsage> {
    const before = gate.calls().length;
    await act();
    const calls = gate.calls().slice(before);
    await expect.poll(() => calls.every(({ isOver }) => isOver)).toBe(true);
    return usageOf(calls);
  }

  /** What the longest item with such a key costs among many in a query, in read units. */
  async function unitsOf(keyPrefix: string): Promise<number> {
    const client = new DynamoDBClient({ ...harness.connection });
    const { Items = [] } = await client.send(new ScanCommand({ TableName: harness.names.ledgerTable }));
    client.destroy();
    const items = Items.filter(({ pk, sk }) => `${pk?.S} ${sk?.S}`.split(' ').some((key) => key.startsWith(keyPrefix)));
    return Math.max(...items.map(itemBytes)) / READ_UNIT_BYTES;
  }

  /** Polls every resource as soon as it may have changed. */
  async function watch(deps: ConsoleDeps, cache: ReadCache): Promise<void> {
    const untilMs = nowMs + WATCHED_MS;
    const dueAtMs = new Map(BUSIEST.map((path) => [path, nowMs]));
    while (nowMs < untilMs) {
      for (const [path, dueMs] of dueAtMs) {
        if (dueMs > nowMs) continue;
        const resource = findResource(path, new URLSearchParams())!;
        const { goodForMs } = await cache.read(
          resource.key,
          (moment) => moment.goodForMs,
          () => resource.read(deps),
        );
        dueAtMs.set(path, nowMs + goodForMs);
      }
      nowMs = Math.min(...dueAtMs.values());
    }
  }

  it('costs a viewer of the busiest page less than ten cents an hour, however many jobs and decisions there are', async () => {
    const cache = new ReadCache(() => nowMs);
    const cached = cachedEngine(engine, cache, AGES);
    const deps: ConsoleDeps = {
      engine: cached,
      predictions: new PredictionReader(cached),
      ages: AGES,
      place: 'a test',
      l1RpcUrls: [],
      etherDollars: undefined,
      agentDollarsPerHour: undefined,
      nowMs: () => nowMs,
    };
    const watched = await usageDuring(() => watch(deps, cache));
    // Long lists are read the less often the longer they are, so each record of them costs the same, however many there are.
    const jobUnits = await unitsOf('JOB#');
    const perHour = addUsage(
      timesUsage(HOUR_MS / WATCHED_MS, watched),
      timesUsage(HOUR_MS / AGES.msPerJob, { dynamoReadUnits: jobUnits }),
      // Another epoch's jobs are counted, each up to three times, at half the price.
      timesUsage(HOUR_MS / AGES.msPerJob, { dynamoReadUnits: 1.5 * jobUnits }),
      timesUsage(HOUR_MS / AGES.msPerRecord, { dynamoReadUnits: await unitsOf('DECISIONS#fleet') }),
    );
    expect(perHour.dynamoReadUnits).toBeGreaterThan(1_000);
    expect(perHour.dynamoWriteUnits ?? 0).toBe(0);
    expect(dollarsOf(perHour)).toBeLessThan(MOST_DOLLARS_PER_HOUR);
  });
});

/** Two epochs under way with jobs, agents, decisions: what a fleet leaves that is at work. */
async function seed(engine: Engine, nowMs: number): Promise<void> {
  for (const number of [6, 7]) {
    const id = epochId(number);
    await engine.epochs.open({ ...aNewEpoch(), id, rangeId: RANGE, deadlineAtMs: nowMs + HOUR_MS });
    const jobs = Array.from({ length: JOBS }, () => aNewJob('PUBLIC_CHONK_VERIFIER', { epochId: id, rangeId: RANGE }));
    await Promise.all(
      jobs.map(async (job) => {
        await engine.jobs.record(job);
        const report = { jobId: job.id, agentId: anAgent(1, nowMs).agentId, proof: job.inputs, provingMs: 12_345 };
        await engine.jobs.markProven({ ...report, claimedAtMs: nowMs });
      }),
    );
  }
  const agents = Array.from({ length: AGENTS }, (_, index) => anAgent(index, nowMs));
  await Promise.all(agents.map((agent) => engine.agents.report(agent)));
  const pool = { was: { spot: 9, od: 1, running: 10 }, spot: 12, od: 1, workSeconds: 1, dollarsPerHour: 1 };
  const pools = (['small', 'medium', 'large'] as const).map((name) => ({
    ...pool,
    pool: name,
    waitingJobs: 120,
    runningJobs: 10,
    reason: '120 jobs wait, and 13 agents prove them 5 minutes before the deadline',
  }));
  const decisions = Array.from({ length: DECISIONS }, (_, index) => ({
    kind: 'fleet' as const,
    atMs: nowMs - index * 60_000,
    epochs: [],
    pools,
    dollarsPerHour: 3,
    reason: 'epoch 7 is open',
  }));
  await Promise.all(decisions.map((decision) => engine.decisions.record(decision)));
}

function anAgent(index: number, nowMs: number): AgentRecord {
  return {
    agentId: AgentId.parse(`ip-10-0-123-${index}.eu-central-1.compute.internal-9f8e7d6c`),
    pools: ['large'],
    family: 'aztec',
    networkVersion: '4.1.2',
    hostname: `ip-10-0-123-${index}.eu-central-1.compute.internal`,
    pid: 1,
    state: 'idle',
    startedAtMs: nowMs - HOUR_MS,
    // As if they reported throughout.
    lastSeenAtMs: nowMs + WATCHED_MS,
    jobsProven: 1,
  };
}
