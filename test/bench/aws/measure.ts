import { randomUUID } from 'node:crypto';

import { PoolOutlook } from '../../../containers/agent/job/prefetch-rule.ts';
import type { AwsUsage } from '../../../shared/cost/aws-prices.ts';
import type { QueueLease } from '../../../shared/job-queue/job-queue.ts';
import { BATCH_MESSAGES } from '../../../shared/engine/aws/sqs/sqs-queue.ts';
import type { AgentRecord } from '../../../shared/ledger/agent-registry.ts';
import type { JobLease, NewJob } from '../../../shared/ledger/job-ledger.ts';
import { inputsKey } from '../../../shared/proof-store/proof-store.ts';
import { JOB_MESSAGE_VERSION, type JobMessage } from '../../../shared/proving-job/job-message.ts';
import { makeProvingJobId, sha256Of } from '../../../shared/proving-job/proving-job-id.ts';
import type { GateCall } from '../../fixtures/aws-gate.ts';
import { until } from '../../fixtures/test-fleet.ts';
import { type CountedFleet, HEARTBEAT_SECONDS, LEASE_SECONDS, type Role } from './counted-fleet.ts';
import { CHECKPOINT } from './priced-epoch.ts';
import { agentId, EPOCH, NETWORK_VERSION, RANGE } from './run-counted-epoch.ts';
import { addUsage, timesUsage, usageOf } from './usage.ts';

const CIRCUIT = 'TX_MERGE_ROLLUP';
const POOL = 'small';

/** Enough to fill pages of the index as thousands would. */
export const RECONCILED_JOBS = 400;
const RECORDED_AT_ONCE = 20;

/** The cost of single actions of the programs, each measured at the gates. */
export interface ActUsage {
  readonly heartbeat: AwsUsage;
  readonly report: AwsUsage;
  /** A busy agent's check of the depth of its queues. */
  readonly queueCheck: AwsUsage;
  /** The part of that check that counts the agents at work, with a whole fleet of them. */
  readonly countAgents: AwsUsage;
  /** The node's check which of {@link RECONCILED_JOBS} jobs are still open. */
  readonly reconcile: AwsUsage;
  /** A sweep for jobs without a message, when there are none. */
  readonly sweep: AwsUsage;
  /** Another message for a job that still waits: sent in a batch, found, and refused because the first was found before. */
  readonly resend: AwsUsage;
  /** The submitter's poll when nothing waits for L1. */
  readonly submitterPoll: AwsUsage;
  /** The node's poll for an epoch to prove. */
  readonly epochPoll: AwsUsage;
  /** The epoch itself, from its opening to its root on L1. */
  readonly epoch: AwsUsage;
  /** Polls of an idle agent, each as long as its claim waits. */
  readonly idlePollsPerClaim: number;
}

export async function measureActs(fleet: CountedFleet, fleetSize: number): Promise<ActUsage> {
  const { node, agent, functions } = fleet.engines;
  const usage = async (role: Role, action: () => Promise<unknown>): Promise<AwsUsage> =>
    usageOf((await fleet.callsOf(role, action)).filter(isCounted));

  const { report, queueCheck, countAgents } = await measureBusyAgent(fleet, fleetSize, usage);
  const job = newJob();
  const message: JobMessage = {
    v: JOB_MESSAGE_VERSION,
    jobId: job.id,
    circuit: CIRCUIT,
    networkVersion: NETWORK_VERSION,
  };
  await node.jobs.record(job);
  const sent = await usage('node', () => node.queue.enqueue(Array.from({ length: BATCH_MESSAGES }, () => message)));
  const marked = await usage('node', () => node.jobs.markEnqueued([job.id]));
  const queueLease = await claimMessage(fleet);
  const claimed = await agent.jobs.claim(job.id, agentId(1), LEASE_SECONDS);
  if (claimed.outcome !== 'claimed') throw new Error(`the bench's own job is ${claimed.outcome}`);
  await fleet.quiet('agent');
  const heartbeat = await usage('agent', async () => {
    await agent.jobs.extend(claimed.lease, LEASE_SECONDS);
    await agent.queue.extend(queueLease);
  });
  await settle(fleet, claimed.lease);
  await agent.queue.complete(queueLease);
  const found = await refuseMessage(fleet);
  for (let left = BATCH_MESSAGES - 2; left > 0; left--) await agent.queue.complete(await claimMessage(fleet));
  await fleet.quiet('agent');
  const idle = await fleet.callsOf('agent', () => agent.queue.claim([POOL], { waitSeconds: 1 }));
  return {
    heartbeat,
    report,
    queueCheck,
    countAgents,
    resend: addUsage(timesUsage(1 / BATCH_MESSAGES, sent), marked, found),
    sweep: await usage('functions', () => functions.jobs.strandedJobs(4 * LEASE_SECONDS)),
    submitterPoll: await usage('functions', () => functions.outbox.open()),
    epochPoll: await usage('node', () => node.epochs.find(EPOCH)),
    epoch: await measureEpoch(fleet),
    idlePollsPerClaim: idle.filter(({ operation }) => operation === 'ReceiveMessage').length,
    // At the end: these jobs stay open.
    reconcile: await measureReconcile(fleet, usage),
  };
}

async function measureReconcile(
  fleet: CountedFleet,
  usage: (role: Role, action: () => Promise<unknown>) => Promise<AwsUsage>,
): Promise<AwsUsage> {
  const { jobs } = fleet.engines.node;
  for (let recorded = 0; recorded < RECONCILED_JOBS; recorded += RECORDED_AT_ONCE) {
    await Promise.all(Array.from({ length: RECORDED_AT_ONCE }, () => jobs.record(newJob())));
  }
  return await usage('node', () => jobs.openJobs(EPOCH));
}

/** A queue's URL is looked up once in a program's life, and the stream is read all the time. */
function isCounted({ operation }: Readonly<GateCall>): boolean {
  return operation !== 'GetQueueUrl' && operation !== 'GetRecords';
}

async function measureBusyAgent(
  fleet: CountedFleet,
  fleetSize: number,
  usage: (role: Role, action: () => Promise<unknown>) => Promise<AwsUsage>,
): Promise<Pick<ActUsage, 'report' | 'queueCheck' | 'countAgents'>> {
  const { agent } = fleet.engines;
  for (let number = 2; number <= fleetSize; number++) await agent.agents.report(agentRecord(number));
  const report = await usage('agent', () => agent.agents.report(agentRecord(1)));
  const outlook = new PoolOutlook(
    agent,
    {
      agentId: agentId(1),
      pools: [POOL],
      agentsSeenWithinSeconds: 2 * HEARTBEAT_SECONDS,
      agentCountMaxAgeSeconds: 3600,
    },
    Date.now,
  );
  const first = await usage('agent', () => outlook.read());
  const second = await usage('agent', () => outlook.read());
  return {
    report,
    queueCheck: second,
    countAgents: { dynamoReadUnits: (first.dynamoReadUnits ?? 0) - (second.dynamoReadUnits ?? 0) },
  };
}

/** Another message of a job that is settled meanwhile: received, checked in the ledger, deleted. */
async function refuseMessage(fleet: CountedFleet): Promise<AwsUsage> {
  const { agent } = fleet.engines;
  const calls = await fleet.callsOf('agent', async () => {
    const lease = await claimMessage(fleet);
    const { outcome } = await agent.jobs.claim(lease.message.jobId, agentId(2), LEASE_SECONDS);
    if (outcome !== 'settled') throw new Error(`the job of another message is ${outcome}`);
    await agent.queue.complete(lease);
  });
  return usageOf(calls.filter((call) => isCounted(call) && call.messages !== 0));
}

async function claimMessage({ engines: { agent } }: CountedFleet): Promise<QueueLease> {
  const lease = await until(
    () => agent.queue.claim([POOL], { waitSeconds: 1 }),
    (found) => found !== undefined,
  );
  return lease!;
}

async function settle(fleet: CountedFleet, { jobId, agentId: id, claimedAtMs }: JobLease): Promise<void> {
  const proof = { key: inputsKey(CIRCUIT, jobId), sha256: sha256Of(Buffer.from('proof')), sizeBytes: 5 };
  await fleet.engines.agent.jobs.markProven({ jobId, agentId: id, proof, provingMs: 1, claimedAtMs });
}

async function measureEpoch(fleet: CountedFleet): Promise<AwsUsage> {
  let byFunctions: readonly Readonly<GateCall>[] = [];
  const byNode = await fleet.callsOf('node', async () => {
    byFunctions = await fleet.callsOf('functions', () => passEpoch(fleet));
  });
  return usageOf([...byNode, ...byFunctions].filter(isCounted));
}

/** The writes to the ledger and the outbox for an epoch, once each. */
async function passEpoch({ engines: { node, functions } }: CountedFleet): Promise<void> {
  const deadlineAtMs = Date.now() + 3_600_000;
  const range = { rangeId: RANGE, firstCheckpoint: 1_349_441, lastCheckpoint: 1_349_472, deadlineAtMs };
  await node.epochs.open({
    ...range,
    id: EPOCH,
    networkVersion: NETWORK_VERSION,
    shape: Array.from({ length: 32 }, () => CHECKPOINT),
  });
  const { shape: _shape, ...root } = { ...range, shape: [] };
  const stored = await node.outbox.store({
    ...root,
    epochId: EPOCH,
    to: `0x${'ab'.repeat(20)}`,
    data: `0x${hexOf(15_000)}`,
  });
  await node.epochs.advance(EPOCH, RANGE, 'submitting');
  const sent = await functions.outbox.replace({ ...stored, state: 'sent' });
  if (sent !== undefined) await functions.outbox.replace({ ...sent, state: 'mined', settledAtMs: Date.now() });
  await functions.epochs.advance(EPOCH, RANGE, 'proven', { transactionHash: `0x${hexOf(32)}` });
}

function hexOf(bytes: number): string {
  return Array.from({ length: bytes }, (_, index) => ((index * 7919) % 256).toString(16).padStart(2, '0')).join('');
}

function newJob(): NewJob {
  const id = makeProvingJobId(EPOCH, CIRCUIT, sha256Of(Buffer.from(randomUUID())));
  return {
    id,
    rangeId: RANGE,
    circuit: CIRCUIT,
    pool: POOL,
    lane: 'urgent',
    networkVersion: NETWORK_VERSION,
    inputs: { key: inputsKey(CIRCUIT, id), sha256: sha256Of(Buffer.from('inputs')), sizeBytes: 44_000 },
    children: [1, 2].map((child) => makeProvingJobId(EPOCH, CIRCUIT, sha256Of(Buffer.from(`child ${child}`)))),
  };
}

function agentRecord(number: number): AgentRecord {
  const nowMs = Date.now();
  return {
    agentId: agentId(number),
    pools: [POOL],
    family: 'aztec',
    networkVersion: NETWORK_VERSION,
    hostname: `ip-10-0-0-${number}.ec2.internal`,
    pid: 1,
    state: 'proving',
    jobId: newJob().id,
    jobSinceMs: nowMs,
    startedAtMs: nowMs,
    lastSeenAtMs: nowMs,
    jobsProven: 41,
  };
}
