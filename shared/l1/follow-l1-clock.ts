import { hostname } from 'node:os';

import type { IncidentLog } from '../ledger/incident-log.ts';
import { warnOfIncident } from '../ledger/report-incident.ts';
import { repeatEvery } from '../retry/repeat-every.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { L1Client } from './l1-client.ts';
import { describeDisagreement, type L1Clock } from './l1-clock.ts';
import { readEveryHead } from './l1-heads.ts';

export interface FollowL1ClockDeps {
  readonly clock: L1Clock;
  readonly l1: Pick<L1Client, 'nodes'>;
  /** How long L1 takes for a block, in milliseconds. */
  readonly l1SlotMs: number;
  readonly engine: { readonly incidents: Pick<IncidentLog, 'report'> };
  readonly log: Logger;
}

/** How often a disagreement that lasts is reported to the operator. */
const REPORT_EVERY_MS = 10 * 60_000;

/** Shows the clock every L1 node's newest block twice in each slot, until `signal` aborts, and reports a wrong clock. */
export async function followL1Clock(deps: FollowL1ClockDeps, signal: AbortSignal): Promise<void> {
  const { clock, l1, l1SlotMs } = deps;
  let quietUntilMs = -Infinity;
  await repeatEvery(
    l1SlotMs / 2,
    async () => {
      clock.observe(await readEveryHead(l1));
      const disagreement = clock.disagreement(toleranceMs(l1SlotMs));
      if (disagreement === undefined) {
        quietUntilMs = -Infinity;
        return;
      }
      if (performance.now() < quietUntilMs) return;
      quietUntilMs = performance.now() + REPORT_EVERY_MS;
      const message = describeDisagreement(disagreement);
      await warnOfIncident(deps, { kind: 'wrong-clock', subject: hostname(), message });
    },
    signal,
  );
}

/** Ethereum's. Chains with shorter slots are for development, and fall behind when their machine is busy. */
export const PUBLIC_SLOT_MS = 12_000;
const DEVELOPMENT_TOLERANCE_MS = 120_000;

/** A block is seen up to half a slot late, and the block before it is a slot older. */
export function toleranceMs(l1SlotMs: number): number {
  return l1SlotMs < PUBLIC_SLOT_MS ? DEVELOPMENT_TOLERANCE_MS : 1.5 * l1SlotMs;
}
