import type { EpochNumber } from '../../shared/proving-job/epoch-id.ts';
import { type ClockDisagreement, describeDisagreement } from '../../shared/l1/l1-clock.ts';
import type { ProgramStatus } from '../health/health-server.ts';

/** A node that has not read the chain, or no L1 block of less than this age, is unhealthy. */
export const UNHEALTHY_AFTER_MS = 120_000;

/** What the health of a running node depends on; times in Unix milliseconds. */
export interface NodeVitals {
  /** When the node last checked for epochs; `undefined` before the first time. */
  readonly lastLookAtMs: number | undefined;
  readonly provingEpochs: readonly EpochNumber[];
  /** The time of the newest L1 block that was read; `undefined` before the first. */
  readonly l1ReadUntilMs: number | undefined;
  readonly networkVersion: string;
  readonly proverId: string;
}

/**
 * The node's own database answers however long ago L1 was last read, so the age of the newest block counts too.
 * @param disagreement between this machine's clock and L1's: a warning, and unhealthy from {@link UNHEALTHY_AFTER_MS} on
 */
export function nodeStatusOf(vitals: NodeVitals, atMs: number, disagreement?: ClockDisagreement): ProgramStatus {
  const warning = disagreement && describeDisagreement(disagreement);
  const isFarOff = Math.abs(disagreement?.aheadMs ?? 0) >= UNHEALTHY_AFTER_MS;
  const reason = isFarOff ? warning : unhealthyReason(vitals, atMs);
  return {
    isHealthy: reason === undefined,
    ...(reason !== undefined && { reason }),
    ...(warning !== undefined && { warning }),
    ...vitals,
  };
}

function unhealthyReason({ lastLookAtMs, l1ReadUntilMs }: NodeVitals, atMs: number): string | undefined {
  if (lastLookAtMs === undefined || atMs - lastLookAtMs >= UNHEALTHY_AFTER_MS) {
    return 'the node has not read the chain lately: see the log';
  }
  if (l1ReadUntilMs === undefined) return 'the node has read no L1 block yet: check the L1 RPC URLs, and see the log';
  const ageMs = atMs - l1ReadUntilMs;
  if (ageMs < UNHEALTHY_AFTER_MS) return undefined;
  return `the newest L1 block that the node has read is ${Math.round(ageMs / 1000)} s old: check the L1 nodes, and see the log`;
}
