import { createHash } from 'node:crypto';

import { pino } from 'pino';

import { Drain } from '../../../containers/agent/drain.ts';
import { HeldJob } from '../../../containers/agent/job/held-job.ts';
import { JobClaimer } from '../../../containers/agent/job/job-claimer.ts';
import { POLLING_POLICIES } from '../../../containers/agent/job/polling-policy.ts';
import { ProofDelivery } from '../../../containers/agent/job/proof-delivery.ts';
import type { Proven } from '../../../shared/proof-requests/proof-request.ts';
import { ProofRequests } from '../../../shared/proof-requests/proof-requests.ts';
import type { CheckpointShape } from '../../../shared/proving-job/checkpoint-shape.ts';
import { expectedTree } from '../../../shared/merge-tree/expected/tree-of-shape.ts';
import type { ExpectedJob } from '../../../shared/merge-tree/expected/expected-tree.ts';
import { AgentId, RangeId } from '../../../shared/ledger/job-ledger.ts';
import { Lane, Pool } from '../../../shared/proving-job/circuit-family.ts';
import { CIRCUIT_CATALOGUE } from '../../../shared/proving-job/circuit-catalogue.ts';
import { type ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';
import { until } from '../../fixtures/test-fleet.ts';
import { type CountedFleet, LEASE_SECONDS } from './counted-fleet.ts';
import { epochId } from '../../fixtures/epoch-id.ts';

/** Names of realistic length: a write costs by its item's size. */
export const EPOCH = epochId(42_170);
export const RANGE = RangeId.parse(`0x${createHash('sha256').update('range').digest('hex')}`);
export const NETWORK_VERSION = '4.1.2';
const NEVER_MS = 3_600_000;
/** Long enough to find what is there; empty polls are counted separately. */
const CLAIM_SECONDS = 1;
const log = pino({ level: 'silent' });

export function agentId(number: number): AgentId {
  return AgentId.parse(`ip-10-0-${Math.floor(number / 250)}-${number % 250}.ec2.internal-1`);
}

/**
 * Proves an epoch of one checkpoint with sham proofs: the node's own requests, and an agent of each pool by its own
 * claimer and delivery. One after the other where the order of two changes what a call costs, so that the counts are the
 * same every time; a real node sends several messages at once and pays for fewer requests. Returns the number of jobs.
 */
export async function runCountedEpoch(fleet: CountedFleet, shape: CheckpointShape): Promise<number> {
  const { node } = fleet.engines;
  const requests = new ProofRequests({
    engine: node,
    epochId: EPOCH,
    rangeId: RANGE,
    networkVersion: NETWORK_VERSION,
    reconcileMs: NEVER_MS,
    log,
  });
  const { jobs } = expectedTree([shape]);
  const ids = new Map<ExpectedJob, ProvingJobId>();
  const agents = new Map(Pool.options.map((pool, number) => [pool, new CountedAgent(fleet, pool, number)]));
  requests.start();
  for (const group of inGroups(jobs)) {
    // A poll that was left over would take a message and give it back.
    await fleet.quiet('agent');
    const asked: Promise<Proven<Uint8Array>>[] = [];
    for (const job of group) {
      const marked = markedJobs(fleet);
      const request = requests.prove({
        circuit: job.circuit,
        inputs: () => Buffer.from(`inputs ${jobs.indexOf(job)}`),
        children: job.children.map((child) => ids.get(jobs[child]!)!),
        parse: (proof) => proof,
      });
      asked.push(request);
      await until(
        () => markedJobs(fleet),
        (count) => count > marked,
      );
    }
    const { pool } = CIRCUIT_CATALOGUE[group[0]!.circuit];
    for (const _ of group) await agents.get(pool)?.proveOne();
    for (const [index, { jobId }] of (await Promise.all(asked)).entries()) ids.set(group[index]!, jobId);
  }
  await fleet.quiet('agent');
  await fleet.quiet('node');
  requests.stop(new Error('the epoch is proven'));
  return jobs.length;
}

/** Jobs that the node has requested and marked as enqueued. */
function markedJobs(fleet: CountedFleet): number {
  return fleet.calls('node').filter(({ operation, isOver }) => operation === 'UpdateItem' && isOver).length;
}

/** Children first, in groups that one agent finds in one queue. */
function inGroups(jobs: readonly ExpectedJob[]): readonly (readonly ExpectedJob[])[] {
  const levels: number[] = [];
  for (const { children } of jobs) levels.push(1 + Math.max(-1, ...children.map((child) => levels[child]!)));
  const groups = new Map<string, ExpectedJob[]>();
  for (const [index, job] of jobs.entries()) {
    const { pool, lane } = CIRCUIT_CATALOGUE[job.circuit];
    const rank = levels[index]! * 100 + Pool.options.indexOf(pool) * 10 + Lane.options.indexOf(lane);
    const name = String(rank).padStart(8, '0');
    groups.set(name, [...(groups.get(name) ?? []), job]);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

/** An agent of one pool, without its prover, its heartbeats and its reports. */
class CountedAgent {
  readonly #claimer: JobClaimer;
  readonly #delivery: ProofDelivery;

  constructor(fleet: CountedFleet, pool: Pool, number: number) {
    const engine = fleet.engines.agent;
    const nowMs = Date.now;
    this.#claimer = new JobClaimer(
      {
        agentId: agentId(number),
        pools: [pool],
        circuits: Object.keys(CIRCUIT_CATALOGUE) as (keyof typeof CIRCUIT_CATALOGUE)[],
        versions: new Map([['aztec', NETWORK_VERSION]]),
        leaseSeconds: LEASE_SECONDS,
        polling: POLLING_POLICIES.aws,
      },
      {
        engine,
        isHeld: () => false,
        drain: new Drain(new AbortController().signal, 25, Date.now),
        ownFailures: { areOthersAheadFor: () => Promise.resolve(false) },
        log,
        nowMs,
        hold: (record, leases) => {
          const kept = { leases, lost: new AbortController().signal, drop: () => Promise.resolve() };
          return new HeldJob(record, kept, { engine, pools: [pool], log, nowMs });
        },
        onRefused: (reason) => {
          throw new Error(reason);
        },
      },
    );
    const checkProof = (): Promise<undefined> => Promise.resolve(undefined);
    this.#delivery = new ProofDelivery(LEASE_SECONDS, { engine, checkProof, log });
  }

  async proveOne(): Promise<void> {
    const signal = new AbortController().signal;
    const job = await until(
      () => this.#claimer.claim({ waitSeconds: CLAIM_SECONDS, signal }),
      (claimed) => claimed !== undefined,
    );
    const { held } = job!;
    const proof = Buffer.from(`proof of ${held.record.id}`);
    const isProven = await this.#delivery.deliver(held, { proof, provingMs: 12_345.678 }, signal);
    if (!isProven) throw new Error(`job ${held.record.id} was not marked proven`);
  }
}
