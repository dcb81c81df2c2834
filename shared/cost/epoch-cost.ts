import { LEDGER_KEPT_SECONDS } from '../ledger/kept-seconds.ts';
import type { FleetDecisionRecord } from '../ledger/decision-log.ts';
import type { EpochRecord } from '../ledger/epoch-ledger.ts';
import type { JobRecord } from '../ledger/job-ledger.ts';
import { Pool } from '../proving-job/circuit-family.ts';
import { NATIVE_LINE } from '../proving-job/fleet-line.ts';
import { type AwsPriceName, AWS_PRICES } from './aws-prices.ts';
import { fargateDollarsPerHour } from './agent-prices.ts';
import { etherOf, formatEther } from './ether.ts';

/** A part of what an epoch cost. */
export interface CostPart {
  readonly kind: 'agents' | 'aws' | 'l1';
  /** A pool, an AWS service, or `gas`. */
  readonly name: string;
  /** `undefined` where only the amount is known. */
  readonly dollars: number | undefined;
  /** What it pays for, and how accurate it is, in words. */
  readonly because: string;
}

/** The gas of a mined root. */
export interface GasPaid {
  readonly wei: bigint;
  /** The price of an ether, if given. */
  readonly dollarsPerEther: number | undefined;
}

/** A job's requests to AWS beside its proof, as `npm run bench:aws` counts them on the wire. */
const PER_JOB: Partial<Record<AwsPriceName, number>> = {
  sqsRequests: 3.2,
  s3Writes: 2,
  s3Reads: 2,
  dynamoWriteUnits: 9,
  dynamoReadUnits: 5,
};
/** A heartbeat extends the lease in the ledger, and in the queue. */
const PER_HEARTBEAT: Partial<Record<AwsPriceName, number>> = { sqsRequests: 1, dynamoWriteUnits: 1 };
const HEARTBEAT_SECONDS = 40;
const OBJECT_DAYS = 7;
const LEDGER_BYTES_PER_JOB = 1_000;
const HOUR_MS = 3_600_000;
/** What ran between two decisions further apart is unknown. */
const LONGEST_GAP_MS = 15 * 60_000;

const SERVICES: Readonly<Record<string, readonly AwsPriceName[]>> = {
  SQS: ['sqsRequests'],
  S3: ['s3Writes', 's3Reads', 's3StorageGbMonths'],
  DynamoDB: ['dynamoWriteUnits', 'dynamoReadUnits', 'dynamoStorageGbMonths'],
};

export interface EpochCostInput {
  readonly epoch: EpochRecord;
  /** The epoch's, also those of ranges that a reorg removed: their proofs were paid for as well. */
  readonly jobs: readonly JobRecord[];
  /** How many jobs of the epoch each of `jobs` stands for, where they are a sample. @default 1 */
  readonly standsFor?: (job: JobRecord) => number;
  /** Decisions made while the epoch was open, in any order; none where nothing scales the fleet. */
  readonly decisions: readonly FleetDecisionRecord[];
  readonly gas: GasPaid | undefined;
  /** Set where the fleet runs on the operator's own machines and uses no AWS service. @default all of it is on AWS */
  readonly ownMachines?: OwnMachines | undefined;
}

/** Machines whose price only the operator knows. */
export interface OwnMachines {
  readonly dollarsPerAgentHour: number | undefined;
}

/**
 * What an epoch cost, by pool, AWS service and L1: agents by their running time, start and idle times included, where
 * a scaler recorded it, and else by the time that jobs held them.
 */
export function epochCost(input: EpochCostInput): CostPart[] {
  return [...agentParts(input), ...(input.ownMachines === undefined ? awsParts(input) : []), ...gasParts(input)];
}

export function totalDollars(parts: readonly CostPart[]): number {
  return parts.reduce((sum, { dollars }) => sum + (dollars ?? 0), 0);
}

function justItself(): number {
  return 1;
}

/** How long the proving agent held the job, in milliseconds; 0 while unknown. */
function heldMs({ state, claimedAtMs, settledAtMs }: JobRecord): number {
  if (state !== 'proven' || claimedAtMs === undefined || settledAtMs === undefined) return 0;
  return Math.max(0, settledAtMs - claimedAtMs);
}

function agentParts({ epoch, jobs, standsFor = justItself, decisions, ownMachines }: EpochCostInput): CostPart[] {
  const kept = dollarsByPool(epoch, decisions);
  return Pool.options.flatMap((pool): CostPart[] => {
    const ofPool = jobs.filter((job) => job.pool === pool);
    const hours = ofPool.reduce((sum, job) => sum + heldMs(job) * standsFor(job), 0) / HOUR_MS;
    const count = ofPool.reduce((sum, job) => sum + standsFor(job), 0);
    const proving = `${hours.toFixed(2)} h of ${Math.round(count)} jobs`;
    const known = kept.get(pool);
    if (known !== undefined) {
      const limit = known.isAtMost ? '; at most: the price of Spot is unknown, and counted as on demand' : '';
      const because = `${proving}, with the time to start and to wait${limit}`;
      return [{ kind: 'agents', name: pool, dollars: known.dollars, because }];
    }
    if (ofPool.length === 0) return [];
    if (ownMachines !== undefined) {
      const { dollarsPerAgentHour: price } = ownMachines;
      const because = `${proving}, on your own machines${price === undefined ? ' (--agent-dollars-per-hour)' : ` at $${price} an hour`}`;
      return [{ kind: 'agents', name: pool, dollars: price === undefined ? undefined : hours * price, because }];
    }
    if (pool === 'gpu') {
      return [{ kind: 'agents', name: pool, dollars: undefined, because: `${proving}, at an unknown price` }];
    }
    const dollars = hours * fargateDollarsPerHour(pool, 'spot');
    const because = `${proving}; the price of these agents is unknown: this is what Fargate Spot would cost`;
    return [{ kind: 'agents', name: pool, dollars, because }];
  });
}

interface PoolDollars {
  readonly dollars: number;
  /** A price was not known. */
  readonly isAtMost: boolean;
}

/** An epoch's share of what ran between two decisions: the open epochs share it equally. */
function dollarsByPool({ id }: EpochRecord, decisions: readonly FleetDecisionRecord[]): Map<Pool, PoolDollars> {
  const byPool = new Map<Pool, PoolDollars>();
  for (const { decision, before } of inOrder(decisions)) {
    const hours = Math.min(decision.atMs - before.atMs, LONGEST_GAP_MS) / HOUR_MS;
    // Agents that run at a decision are taken to have run since the one before it, for the epochs that were open then.
    const open = before.epochs;
    // An earlier version recorded the number alone, which is the id of what it opened.
    if (!open.some(({ epochId, epoch }) => (epochId ?? String(epoch)) === id)) continue;
    for (const { pool, dollarsPerHour, isPriceAtMost } of decision.pools) {
      const { dollars, isAtMost } = byPool.get(pool) ?? { dollars: 0, isAtMost: false };
      byPool.set(pool, {
        dollars: dollars + (hours * dollarsPerHour) / open.length,
        isAtMost: isAtMost || isPriceAtMost === true,
      });
    }
  }
  return byPool;
}

interface OrderedDecision {
  readonly decision: FleetDecisionRecord;
  /** The one before it about the same line; the first has itself. */
  readonly before: FleetDecisionRecord;
}

/** Oldest first, for each version line apart. */
function inOrder(decisions: readonly FleetDecisionRecord[]): readonly OrderedDecision[] {
  const ordered = decisions.toSorted((a, b) => a.atMs - b.atMs);
  return [...Map.groupBy(ordered, ({ line = NATIVE_LINE }) => line).values()].flatMap((ofLine) =>
    ofLine.map((decision, index) => ({ decision, before: ofLine[index - 1] ?? decision })),
  );
}

function awsParts({ jobs, standsFor = justItself }: EpochCostInput): CostPart[] {
  const total = (valueOf: (job: JobRecord) => number): number =>
    jobs.reduce((sum, job) => sum + valueOf(job) * standsFor(job), 0);
  const count = Math.round(total(() => 1));
  const heartbeats = Math.round(total((job) => Math.floor(heldMs(job) / 1000 / HEARTBEAT_SECONDS)));
  const bytes = total(({ inputs, proof }) => inputs.sizeBytes + (proof?.sizeBytes ?? 0));
  const amountOf = (name: AwsPriceName): number => {
    if (name === 's3StorageGbMonths') return (bytes / 1e9) * (OBJECT_DAYS / 30);
    if (name === 'dynamoStorageGbMonths') {
      return ((count * LEDGER_BYTES_PER_JOB) / 1e9) * (LEDGER_KEPT_SECONDS / 86_400 / 30);
    }
    return count * (PER_JOB[name] ?? 0) + heartbeats * (PER_HEARTBEAT[name] ?? 0);
  };
  return Object.entries(SERVICES).map(([service, names]) => ({
    kind: 'aws',
    name: service,
    dollars: names.reduce((sum, name) => sum + (amountOf(name) * AWS_PRICES[name].dollars) / AWS_PRICES[name].per, 0),
    because: `${count} jobs and ${heartbeats} heartbeats, ${(bytes / 1e6).toFixed(1)} MB kept for ${OBJECT_DAYS} days; estimated`,
  }));
}

function gasParts({ gas }: EpochCostInput): CostPart[] {
  if (gas === undefined) return [];
  const ether = etherOf(gas.wei);
  return [
    {
      kind: 'l1',
      name: 'gas',
      dollars: gas.dollarsPerEther === undefined ? undefined : ether * gas.dollarsPerEther,
      because: `${formatEther(ether)} at the most`,
    },
  ];
}
