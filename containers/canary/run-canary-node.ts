import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

import { runSweeper } from '../../shared/job-queue/sweep-ledger.ts';
import type { L1Client } from '../../shared/l1/l1-client.ts';
import type { PublisherAccount } from '../../shared/l1/publisher/publisher-account.ts';
import { RootSubmitter } from '../../shared/l1/submission/root-submitter.ts';
import type { SubmissionPolicy } from '../../shared/l1/submission/submission-policy.ts';
import { isFor } from './l1/canary-contract.ts';
import type { CanaryPlan } from './canary-plan.ts';
import { proveCanary, type ProveCanaryDeps } from './prove-canary.ts';

export interface CanaryNodeDeps extends ProveCanaryDeps {
  readonly l1: L1Client;
  /** Pays for the submission. */
  readonly account: PublisherAccount;
  readonly policy: SubmissionPolicy;
  readonly strandedSeconds: number;
  readonly sweepMs: number;
}

/**
 * Has an epoch proven and its root brought to L1, by the submitter that also brings Aztec's, until `signal` aborts. It may be
 * killed at any time: a call with the same plan resumes it.
 * @throws what {@link proveCanary} throws
 */
export async function runCanaryNode(
  plan: CanaryPlan,
  { l1, account, policy, strandedSeconds, sweepMs, ...deps }: CanaryNodeDeps,
  signal: AbortSignal,
): Promise<void> {
  const { engine, nowMs, log } = deps;
  const submitter = new RootSubmitter({
    outbox: engine.outbox,
    epochs: engine.epochs,
    incidents: engine.incidents,
    decisions: engine.decisions,
    l1,
    account,
    policy,
    takes: isFor(plan.rollupAddress),
    submitterId: `canary-${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`,
    nowMs,
    log,
  });
  const failed = new AbortController();
  const end = AbortSignal.any([signal, failed.signal]);
  const others = Promise.all([
    runSweeper({ ...engine, strandedSeconds, nowMs, log }, sweepMs, end),
    submitter.run(end),
  ]);
  try {
    await proveCanary(plan, deps, signal);
  } catch (error) {
    failed.abort();
    throw error;
  } finally {
    await others;
  }
}
