import type { PlainMetricName } from '../../shared/telemetry/metrics.ts';

/** What a broker counts between two measurements. */
export const BROKER_COUNTS = [
  'BrokerJobsTaken',
  'BrokerJobsGiven',
  'BrokerJobsUnknown',
  'BrokerCallsRefused',
  'BrokerRequestsRefused',
  'BrokerRequestsFailed',
  'BrokerClientsRefused',
] as const satisfies readonly PlainMetricName[];
export type BrokerCount = (typeof BROKER_COUNTS)[number];

export class BrokerCounts {
  readonly #counts = new Map<BrokerCount, number>();

  readonly add = (count: BrokerCount): void => {
    this.#counts.set(count, (this.#counts.get(count) ?? 0) + 1);
  };

  /** Returns what was counted since the last call. */
  take(): Readonly<Record<BrokerCount, number>> {
    const counts = Object.fromEntries(BROKER_COUNTS.map((count) => [count, this.#counts.get(count) ?? 0]));
    this.#counts.clear();
    return counts as Record<BrokerCount, number>;
  }
}
