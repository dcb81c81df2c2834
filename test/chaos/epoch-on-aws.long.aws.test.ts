import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PutObjectCommand } from '@aws-sdk/client-s3';
import { GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { anvilAccount } from '../../containers/local-l1/devnet-accounts.ts';
import { type Devnet, startDevnet } from '../../containers/devnet/devnet.ts';
import { type AwsClients, createAwsClients } from '../../shared/engine/aws/aws-clients.ts';
import { AWS_PERMISSIONS, type AwsRole, EPOCH_ROLES } from '../../shared/engine/aws/aws-permissions.ts';
import { awsResourceNames } from '../../shared/engine/aws/aws-resource-names.ts';
import { createL1Client } from '../../shared/l1/l1-client.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import type { JobRecord } from '../../shared/ledger/job-ledger.ts';
import { checkpointsOf } from '../../shared/proving-job/epoch-shape.ts';
import { expectedTree } from '../../shared/merge-tree/expected/tree-of-shape.ts';
import { checkTrace } from '../../shared/merge-tree/progress/trace-check.ts';
import { Trace } from '../../shared/merge-tree/progress/trace.ts';
import { messageOf } from '../../shared/proving-job/job-message.ts';
import { aNewJob } from '../contract/a-new-job.ts';
import { countProvings, readJsonLog } from '../fixtures/count-provings.ts';
import { eventually } from '../fixtures/eventually.ts';
import { AwsFleet } from './epoch/aws-fleet.ts';
import { epochId } from '../fixtures/epoch-id.ts';

const SEED = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000);
const FAULT_RATE = 0.1;
/** Anvil's accounts that no program of the devnet sends from. */
const FAULTY_PUBLISHER = 5;
const DOUBLE_PUBLISHER = 6;
const FOREIGN_BODY = '{"v":1,"jobId":"of another fleet"}';
/** Calls that a run may do without. */
const NOT_IN_EVERY_RUN: Partial<Record<AwsRole, readonly string[]>> = {
  // It reads a job that has failed on it, before it takes it again.
  agent: ['dynamodb:GetItem'],
  // An epoch and its incident are put when its window closes, which no epoch of these tests waits for.
  'sweep-ledger': ['dynamodb:PutItem'],
};

/**
 * One epoch of a devnet, proven by two fleets on the emulator of AWS, each a separate prover:
 *
 * - `faulty`: a tenth of all calls to AWS go wrong, its node is killed half way and started again, and a proof is damaged
 *   in the store meanwhile;
 * - `double`: two nodes work on its one ledger, and both are killed for good when the root is in the outbox.
 *
 * The roots go to L1 when nodes and agents of both have gone: that of `double` by two copies of `submit-root` at once.
 */
describe(`an epoch on AWS, seed ${SEED}`, () => {
  let directory: string;
  let devnet: Devnet;
  let clients: AwsClients;
  let faulty: AwsFleet;
  let double: AwsFleet;
  let faultyEpoch: EpochRecord;
  let faultyJobs: readonly JobRecord[];
  let provenBeforeKill: readonly JobRecord[];
  let damaged: JobRecord;
  let doubleEpoch: EpochRecord;
  let doubleJobs: readonly JobRecord[];
  const cleanUps: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'coppice-aws-'));
    cleanUps.push(() => rm(directory, { recursive: true, force: true }));
    devnet = await startDevnet({ dataDirectory: join(directory, 'devnet'), epochs: 1 });
    cleanUps.push(() => devnet.stop());
    const aws = inject('aws');
    clients = createAwsClients(aws);
    cleanUps.push(async () => clients.close());
    const common = { devnet, aws, directory, seed: SEED };
    faulty = await AwsFleet.open({
      ...common,
      name: 'faulty',
      publisherIndex: FAULTY_PUBLISHER,
      faultRate: FAULT_RATE,
      variables: {
        PROVER_TEST_DELAY_MS: '200',
        COPPICE_LEASE_SECONDS: '9',
        COPPICE_SWEEP_SECONDS: '5',
        COPPICE_AGENT_CLAIM_SECONDS: '3',
      },
    });
    cleanUps.push(() => faulty.close());
    double = await AwsFleet.open({
      ...common,
      name: 'double',
      publisherIndex: DOUBLE_PUBLISHER,
      faultRate: 0,
      variables: {
        PROVER_TEST_DELAY_MS: '100',
        COPPICE_LEASE_SECONDS: '60',
        COPPICE_SWEEP_SECONDS: '5',
        COPPICE_AGENT_CLAIM_SECONDS: '3',
      },
    });
    cleanUps.push(() => double.close());
    await proveAmidFaults();
    await proveWithTwoNodes();
    await bringRootsToL1();
  });

  afterAll(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });

  async function proveAmidFaults(): Promise<void> {
    faulty.startFunction('sweep-ledger');
    await untilSwept(faulty);
    const node = await faulty.startNode();
    faulty.startAgent('agent-1');
    faulty.startAgent('agent-2');
    faulty.startFunction('settle-dead-letters');
    await sendForeignMessage();
    const epoch = await eventually(
      async () => (await faulty.engine.epochs.latest(5)).find(holdsPublicTransactions),
      devnet,
    );
    const half = expectedTree(epoch.shape!).jobs.length / 2;
    await eventually(async () => (await provenJobs(faulty, epoch)).length >= half || undefined, devnet);
    node.kill();
    await node.ended;
    provenBeforeKill = await provenJobs(faulty, epoch);
    damaged = provenBeforeKill[0]!;
    await clients.s3.send(
      new PutObjectCommand({
        Bucket: awsResourceNames(`faulty-${SEED}`).proofsBucket,
        Key: damaged.proof!.key,
        Body: 'not what was stored',
      }),
    );
    await sendLetterOf(provenBeforeKill.at(-1)!);
    await faulty.startNode();
    await eventually(() => faulty.engine.outbox.find(epoch.id), devnet);
    await eventually(
      async () => (await faulty.engine.incidents.latest(100)).find(({ kind }) => kind === 'parked-message'),
      devnet,
    );
    await faulty.stopMembers();
    faultyJobs = await jobsOf(faulty, epoch);
    faultyEpoch = epoch;
  }

  async function proveWithTwoNodes(): Promise<void> {
    const nodes = await Promise.all([double.startNode('node-a'), double.startNode('node-b')]);
    await untilSwept(double);
    double.startAgent('agent-1');
    double.startAgent('agent-2');
    await eventually(() => double.engine.outbox.find(faultyEpoch.id), devnet);
    for (const node of nodes) node.kill();
    await Promise.all(nodes.map((node) => node.ended));
    await double.stopMembers();
    doubleJobs = await jobsOf(double, faultyEpoch);
  }

  async function bringRootsToL1(): Promise<void> {
    double.startFunction('submit-root');
    double.startFunction('submit-root');
    doubleEpoch = await provenEpoch(double);
    faulty.startFunction('submit-root');
    faultyEpoch = await provenEpoch(faulty);
    await faulty.stopMembers();
    await double.stopMembers();
  }

  it('completes amid the faults, with its node killed half way, and its root is mined', async () => {
    expect(faulty.faultsInjected()).toBeGreaterThan(50);
    expect(faultyEpoch.state).toBe('proven');
    // One for each node; and one more for each call that failed in all its tries, which ends an attempt.
    expect(faultyEpoch.attempt).toBeGreaterThanOrEqual(2);
    await expectMinedOnce(faultyEpoch, faulty, FAULTY_PUBLISHER);
  });

  it('loses nothing: the tree in the ledger is whole, every job traceable to the root', () => {
    const tree = expectedTree(faultyEpoch.shape!);
    expect(checkTrace(new Trace(doubleJobs, doubleEpoch.rangeId), tree)).toMatchObject({ isComplete: true });
    const { isComplete: _, lateChildren, ...findings } = checkTrace(new Trace(faultyJobs, faultyEpoch.rangeId), tree);
    expect(Object.values(findings).filter((found) => Array.isArray(found) && found.length > 0)).toEqual([]);
    // The proof that was damaged was made again, when parents of its job had long been asked for.
    expect(lateChildren.filter(({ child }) => child !== damaged.id)).toEqual([]);
  });

  it('keeps every proof that was there when the node was killed, but for the one that was damaged', async () => {
    const kept = provenBeforeKill.filter(({ id }) => id !== damaged.id);
    expect(kept.length).toBeGreaterThan(5);
    for (const before of kept) {
      expect(faultyJobs.find(({ id }) => id === before.id)).toMatchObject({
        provenBy: before.provenBy,
        settledAtMs: before.settledAtMs,
        proof: before.proof,
      });
    }
    const again = faultyJobs.find(({ id }) => id === damaged.id);
    expect(again?.state).toBe('proven');
    expect(again?.settledAtMs).toBeGreaterThan(damaged.settledAtMs!);
    const incidents = await faulty.engine.incidents.latest(1000);
    expect(incidents).toContainEqual(expect.objectContaining({ kind: 'corrupt-object', subject: damaged.proof!.key }));
  });

  it('says in its logs what was retried, and does not flood them', async () => {
    for (const { logFile, name } of faulty.members.filter((member) => /^(node|agent)/.test(member.name))) {
      const lines = await readJsonLog(logFile);
      const retries = lines.filter(({ msg }) => typeof msg === 'string' && msg.includes('calls to AWS'));
      expect(retries.length, name).toBeGreaterThan(0);
      const seconds = (timeOf(lines.at(-1)) - timeOf(lines[0])) / 1000;
      // Two writers in an agent, its heartbeats in a thread of their own; the log of a node is that of both its lives.
      expect(retries.length, name).toBeLessThanOrEqual(2 * (seconds / 10 + 2));
    }
  });

  it('sets a message of another fleet aside in the ledger, where an operator sees it', async () => {
    expect(await letters()).toContainEqual(expect.objectContaining({ body: FOREIGN_BODY }));
  });

  it('proves each job once though two nodes ask for it', async () => {
    const provings = await countProvings(double.members.filter(({ name }) => name.startsWith('agent')));
    expect(doubleJobs.filter(({ state }) => state !== 'proven')).toEqual([]);
    expect(doubleJobs.filter(({ id }) => provings.get(id) !== 1).map(({ id }) => id)).toEqual([]);
  });

  it('brings the root of two nodes to L1 once, by two copies of submit-root, with both nodes gone', async () => {
    await expectMinedOnce(doubleEpoch, double, DOUBLE_PUBLISHER);
  });

  it.each(EPOCH_ROLES)('calls of AWS what %s is granted, and nothing else', (role) => {
    const called = new Set([...faulty.actionsOf(role), ...double.actionsOf(role), ...(NOT_IN_EVERY_RUN[role] ?? [])]);
    expect([...called].toSorted()).toEqual(AWS_PERMISSIONS[role].toSorted());
  });

  async function expectMinedOnce(epoch: EpochRecord, fleet: AwsFleet, publisherIndex: number): Promise<void> {
    const { address } = anvilAccount(publisherIndex);
    const l1 = createL1Client({ rpcUrls: [devnet.l1RpcUrl], chainId: devnet.l1ChainId });
    const root = await fleet.engine.outbox.find(epoch.id);
    expect(root?.state).toBe('mined');
    expect(root?.submissions.filter(({ outcome }) => outcome === 'mined')).toHaveLength(1);
    const receipt = await l1.getTransactionReceipt({ hash: epoch.transactionHash as `0x${string}` });
    expect(receipt).toMatchObject({ status: 'success', from: address.toLowerCase() });
    // Nothing else was ever mined for this account.
    expect(await l1.getTransactionCount({ address })).toBe(1);
  }

  /** A job of another epoch was recorded by somebody who died before its message was sent. */
  async function untilSwept({ engine }: AwsFleet): Promise<void> {
    const orphan = aNewJob('PARITY_BASE', { epochId: epochId(9_999) });
    await engine.jobs.record(orphan);
    await eventually(async () => (await engine.jobs.find(orphan.id))?.enqueuedAtMs, devnet);
  }

  async function sendForeignMessage(): Promise<void> {
    const queue = awsResourceNames(`faulty-${SEED}`).queue('small', 'normal');
    const { QueueUrl } = await clients.sqs.send(new GetQueueUrlCommand({ QueueName: queue }));
    await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: FOREIGN_BODY }));
  }

  /** A dead letter of a job that has long been proven: SQS delivered it too often, for whatever reason. */
  async function sendLetterOf(job: JobRecord): Promise<void> {
    const queue = awsResourceNames(`faulty-${SEED}`).deadLetterQueue(job.pool, job.lane);
    const { QueueUrl } = await clients.sqs.send(new GetQueueUrlCommand({ QueueName: queue }));
    await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(messageOf(job)) }));
  }

  async function letters(): Promise<readonly { readonly body: string }[]> {
    return await faulty.engine.queue.deadLetters();
  }

  async function provenEpoch({ engine }: AwsFleet): Promise<EpochRecord> {
    return await eventually(async () => {
      const record = await engine.epochs.find(faultyEpoch.id);
      return record?.state === 'proven' ? record : undefined;
    }, devnet);
  }
});

async function jobsOf({ engine }: AwsFleet, { id, rangeId }: EpochRecord): Promise<readonly JobRecord[]> {
  return (await engine.jobs.jobsOfEpoch(id)).filter((job) => job.rangeId === rangeId);
}

async function provenJobs(fleet: AwsFleet, epoch: EpochRecord): Promise<readonly JobRecord[]> {
  return (await jobsOf(fleet, epoch)).filter(({ state }) => state === 'proven');
}

function holdsPublicTransactions({ shape }: EpochRecord): boolean {
  return checkpointsOf(shape!).some(({ blocks }) => blocks.some(({ publicTxs }) => publicTxs > 0));
}

function timeOf(line: Readonly<Record<string, unknown>> | undefined): number {
  const time = line?.['time'];
  return typeof time === 'string' ? Date.parse(time) : NaN;
}
