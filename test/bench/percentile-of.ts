/** The smallest of the values that at least `share` of them do not exceed: 0.5 for the median, 0.99 for p99. */
export function percentileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? NaN;
}
