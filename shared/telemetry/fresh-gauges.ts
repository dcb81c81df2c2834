import type { MetricName } from './metrics.ts';

/** A level, and the values of its metric's dimensions. */
export interface GaugeValue {
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** Every gauge is recorded at least once a minute for as long as it means something. */
const FRESH_MS = 180_000;

/**
 * The last value of each gauge. One that is not recorded any more ends, as it does in CloudWatch: the slack of an epoch that
 * was proven yesterday must not be shown, or fire an alarm, for ever.
 */
export class FreshGauges {
  readonly #nowMs: () => number;
  readonly #held = new Map<MetricName, Map<string, GaugeValue & { readonly atMs: number }>>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  set(name: MetricName, value: number, labels: Readonly<Record<string, string>>): void {
    const series = this.#held.get(name) ?? new Map<string, GaugeValue & { readonly atMs: number }>();
    series.set(JSON.stringify(labels), { value, labels, atMs: this.#nowMs() });
    this.#held.set(name, series);
  }

  of(name: MetricName): readonly GaugeValue[] {
    const series = this.#held.get(name);
    for (const [key, { atMs }] of series ?? []) if (this.#nowMs() - atMs >= FRESH_MS) series?.delete(key);
    return [...(series?.values() ?? [])];
  }
}
