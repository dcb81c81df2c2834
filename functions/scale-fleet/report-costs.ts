import { epochCost, totalDollars } from '../../shared/cost/epoch-cost.ts';
import { etherOf } from '../../shared/cost/ether.ts';
import { gasPaidWei } from '../../shared/cost/gas-paid.ts';
import type { DecisionLog } from '../../shared/ledger/decision-log.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import type { JobLedger } from '../../shared/ledger/job-ledger.ts';
import type { Outbox } from '../../shared/ledger/outbox.ts';
import { type Pool, Pool as PoolSchema } from '../../shared/proving-job/circuit-family.ts';
import type { Metrics } from '../../shared/telemetry/metrics.ts';
import { sampleEpoch } from '../../shared/merge-tree/progress/sample-proven.ts';

export interface ReportCostsDeps {
  readonly engine: {
    readonly jobs: Pick<JobLedger, 'tally' | 'someProven'>;
    readonly decisions: Pick<DecisionLog, 'latest'>;
    readonly outbox: Pick<Outbox, 'find'>;
  };
  readonly metrics: Metrics;
}

/** Four hours of decisions, one a minute: longer than a window of mainnet. */
const DECISIONS = 240;

/** The epochs that ended after `untilMs`, and until when that is known now. None when `untilMs` is unknown, at the first run. */
export function endedSince(
  latest: readonly EpochRecord[],
  untilMs: number | undefined,
): { readonly epochs: readonly EpochRecord[]; readonly untilMs: number } {
  const ended = latest.filter(({ state }) => state === 'proven' || state === 'expired');
  const newestMs = Math.max(untilMs ?? 0, ...ended.map(({ closedAtMs = 0 }) => closedAtMs));
  return { epochs: ended.filter(({ closedAtMs = 0 }) => closedAtMs > (untilMs ?? newestMs)), untilMs: newestMs };
}

/** Records what the epochs have cost: as `coppice cost` does, but from some jobs of each circuit. */
export async function reportCosts(epochs: readonly EpochRecord[], { engine, metrics }: ReportCostsDeps): Promise<void> {
  if (epochs.length === 0) return;
  const decisions = await engine.decisions.latest('fleet', DECISIONS);
  for (const record of epochs) {
    const { id, epoch } = record;
    const about = { epoch, epochId: id };
    const [sample, root] = await Promise.all([sampleEpoch(record, engine.jobs), engine.outbox.find(id)]);
    const parts = epochCost({ epoch: record, ...sample, decisions, gas: undefined });
    metrics.record('EpochCostDollars', totalDollars(parts), {}, about);
    for (const { kind, name, dollars } of parts) {
      if (kind !== 'agents' || dollars === undefined) continue;
      const pool: Pool = PoolSchema.parse(name);
      metrics.record('EpochAgentsDollars', dollars, { pool }, about);
    }
    const wei = gasPaidWei(root);
    if (wei !== undefined) metrics.record('EpochGasEth', etherOf(wei), {}, about);
  }
}
