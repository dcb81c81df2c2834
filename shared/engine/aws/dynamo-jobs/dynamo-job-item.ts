import { z } from 'zod';

import { inputsKey, isElsewhere, outputsKey, type Payload, ProofKey } from '../../../proof-store/proof-store.ts';
import { Lane, Pool } from '../../../proving-job/circuit-family.ts';
import { parseEpochId } from '../../../proving-job/epoch-id.ts';
import { parseProvingJobId, type ProvingJobId, Sha256 } from '../../../proving-job/proving-job-id.ts';
import { SpeedClass } from '../../../proving-job/speed-class.ts';
import { type DynamoItem, parseItem } from '../dynamo/dynamo-item.ts';
import { type DynamoTable, expiresAtSeconds, jobIdOf, jobKey, openShard } from '../dynamo/dynamo-table.ts';
import { packChild, unpackChild } from './dynamo-job-children.ts';
import { UnreadableItemError } from '../../../ledger/errors.ts';
import {
  AgentId,
  AttemptCause,
  type JobLease,
  type JobRecord,
  JobState,
  type NewJob,
  type OpenJob,
  RangeId,
} from '../../../ledger/job-ledger.ts';
import { errorText } from '../../../telemetry/error-text.ts';

const TimeMs = z.number().int();

/** An earlier attempt that is still running, see `JobRecord`. */
const StragglerItem = z.object({
  token: z.number().int().positive(),
  agent: AgentId,
  claimedAtMs: TimeMs,
  leaseEndsAtMs: TimeMs,
});

/**
 * A job as an item, kept under 1 KB, unless agents fail it, so that a write of it costs one unit: values that follow from the id (epoch, circuit,
 * digest of the inputs, keys of the objects) are written only where they differ.
 *
 * Unknown attributes are left unchanged: a newer version may run at the same time.
 */
const JobItem = z.object({
  state: JobState,
  rangeId: RangeId,
  pool: Pool,
  lane: Lane,
  version: z.string().min(1),
  inputsBytes: z.number().int().nonnegative(),
  inputsSha256: Sha256.optional(),
  inputsKey: ProofKey.optional(),
  inputsUri: z.string().optional(),
  wireType: z.number().int().nonnegative().optional(),
  /** The slots of the job as a node of the tree, in their order, each packed. */
  children: z.array(z.string()),
  /** Causes that have cost an attempt. */
  attempts: z.partialRecord(AttemptCause, z.number().int().nonnegative()),
  recordedAtMs: TimeMs,
  enqueuedAtMs: TimeMs.optional(),
  /** The number of claims so far: the fencing token, never reset. */
  token: z.number().int().positive().optional(),
  /** The agent that holds it, or that proved it. */
  agent: AgentId.optional(),
  /** When its lease began, or the lease of the attempt that proved it. */
  claimedAtMs: TimeMs.optional(),
  leaseEndsAtMs: TimeMs.optional(),
  copyAskedAtMs: TimeMs.optional(),
  straggler: StragglerItem.optional(),
  proofBytes: z.number().int().nonnegative().optional(),
  proofSha256: Sha256.optional(),
  proofKey: ProofKey.optional(),
  proofUri: z.string().optional(),
  provingMs: z.number().nonnegative().optional(),
  speedClass: SpeedClass.optional(),
  settledAtMs: TimeMs.optional(),
  reason: z.string().optional(),
  failedToken: z.number().int().positive().optional(),
});
type JobItem = z.infer<typeof JobItem>;

/** The attributes in the index of open jobs, besides its keys. */
const OpenJobEntry = JobItem.pick({ attempts: true });

/** The contents of an item: the record, and the marks by which a call whose response was lost recognises its own change. */
export interface StoredJob {
  readonly record: JobRecord;
  /** Left by the call that last claimed, revived, rejected or cancelled it. */
  readonly writeId: string | undefined;
  /** The token of the last attempt that was reported as failed. */
  readonly failedToken: number | undefined;
}

/** The item of a job that is recorded for the first time, due for a message at once. */
export function newJobItem(job: NewJob, nowMs: number): DynamoItem {
  const { epochId, circuit, inputsSha256 } = parseProvingJobId(job.id);
  return {
    ...jobKey(job.id),
    state: 'queued',
    rangeId: job.rangeId,
    pool: job.pool,
    lane: job.lane,
    version: job.networkVersion,
    inputsBytes: job.inputs.sizeBytes,
    inputsSha256: unless(inputsSha256, job.inputs.sha256),
    inputsKey: unless(inputsKey(circuit, job.id), job.inputs.key),
    inputsUri: job.inputsUri,
    wireType: job.wireType,
    children: job.children.map((child) => packChild(child, epochId)),
    attempts: {},
    recordedAtMs: nowMs,
    openShard: openShard(job.id),
    dueAtMs: 0,
    expiresAtSeconds: expiresAtSeconds(nowMs),
  };
}

/** The attribute, a set, with the agents whose attempts failed for that cause. */
export function failedByAttribute(cause: AttemptCause): string {
  return `failedBy-${cause}`;
}

/** The attributes that describe a proof. */
export function proofAttributes(
  jobId: ProvingJobId,
  proof: Payload,
): Pick<JobItem, 'proofBytes' | 'proofSha256' | 'proofKey' | 'proofUri'> {
  if (isElsewhere(proof)) return { proofUri: proof.uri };
  const { key, sha256, sizeBytes } = proof;
  const { circuit } = parseProvingJobId(jobId);
  return { proofBytes: sizeBytes, proofSha256: sha256, proofKey: unless(outputsKey(circuit, jobId), key) };
}

/** The attribute of an attempt that goes on beside a newer one. */
export function stragglerAttribute({
  token,
  agentId,
  claimedAtMs,
  expiresAtMs,
}: JobLease): z.infer<typeof StragglerItem> {
  return { token, agent: agentId, claimedAtMs, leaseEndsAtMs: expiresAtMs };
}

/** @throws {UnreadableItemError} */
export function parseJobItem(table: DynamoTable, item: DynamoItem): StoredJob {
  const fields = parseItem(JobItem, table, item);
  const { writeId } = item;
  try {
    return {
      record: recordOf(jobIdOf(item), fields, failedByOf(item)),
      writeId: typeof writeId === 'string' ? writeId : undefined,
      failedToken: fields.failedToken,
    };
  } catch (error) {
    const what = errorText(error);
    throw new UnreadableItemError(table.name, item.pk, item.sk, what, { cause: error });
  }
}

/** @throws {UnreadableItemError} */
export function parseOpenJob(table: DynamoTable, entry: DynamoItem): OpenJob {
  const { attempts } = parseItem(OpenJobEntry, table, entry);
  return { id: jobIdOf(entry), corruptInputs: attempts['corrupt-inputs'] ?? 0 };
}

const AgentSet = z.set(AgentId);

function failedByOf(item: DynamoItem): JobRecord['failedBy'] {
  const entries = AttemptCause.options.flatMap((cause) => {
    const agents = item[failedByAttribute(cause)];
    return agents === undefined ? [] : [[cause, [...AgentSet.parse(agents)].sort()] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function recordOf(id: ProvingJobId, item: JobItem, failedBy: JobRecord['failedBy']): JobRecord {
  const { epochId, circuit, inputsSha256 } = parseProvingJobId(id);
  const record: JobRecord = {
    id,
    epoch: parseEpochId(epochId).epoch,
    rangeId: item.rangeId,
    circuit,
    pool: item.pool,
    lane: item.lane,
    networkVersion: item.version,
    inputs: {
      key: item.inputsKey ?? inputsKey(circuit, id),
      sha256: item.inputsSha256 ?? inputsSha256,
      sizeBytes: item.inputsBytes,
    },
    inputsUri: item.inputsUri,
    wireType: item.wireType,
    children: item.children.map((child) => unpackChild(child, epochId)),
    state: item.state,
    attempts: {
      'lost-agent': 0,
      'out-of-memory': 0,
      'time-out': 0,
      failure: 0,
      'corrupt-inputs': 0,
      ...item.attempts,
    },
    failedBy,
    recordedAtMs: item.recordedAtMs,
    enqueuedAtMs: item.enqueuedAtMs,
    lease: item.state === 'leased' ? leaseOf(id, item) : undefined,
    copyAskedAtMs: item.copyAskedAtMs,
    straggler: item.straggler && leaseOf(id, item.straggler),
    ...(item.state === 'proven' && proofOf(id, item)),
    settledAtMs: item.settledAtMs,
    reason: item.reason,
  };
  // Absent values are left out instead of being undefined.
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as JobRecord;
}

function leaseOf(
  jobId: ProvingJobId,
  item: Pick<JobItem, 'agent' | 'token' | 'claimedAtMs' | 'leaseEndsAtMs'>,
): JobLease {
  return {
    jobId,
    agentId: present(item.agent, 'agent'),
    token: present(item.token, 'token'),
    claimedAtMs: present(item.claimedAtMs, 'claimedAtMs'),
    expiresAtMs: present(item.leaseEndsAtMs, 'leaseEndsAtMs'),
  };
}

function proofOf(
  id: ProvingJobId,
  item: JobItem,
): Pick<JobRecord, 'proof' | 'proofUri' | 'provenBy' | 'provingMs' | 'speedClass' | 'claimedAtMs'> {
  return {
    ...(item.proofUri === undefined
      ? {
          proof: {
            key: item.proofKey ?? outputsKey(parseProvingJobId(id).circuit, id),
            sha256: present(item.proofSha256, 'proofSha256'),
            sizeBytes: present(item.proofBytes, 'proofBytes'),
          },
        }
      : { proofUri: item.proofUri }),
    provenBy: item.agent,
    provingMs: item.provingMs,
    speedClass: item.speedClass,
    claimedAtMs: item.claimedAtMs,
  };
}

function present<T>(value: T | undefined, attribute: string): T {
  if (value === undefined) throw new Error(`attribute ${attribute} is missing`);
  return value;
}

/** `value`, if it has to be written because it is not what readers expect. */
function unless<T>(expected: T, value: T): T | undefined {
  return value === expected ? undefined : value;
}
