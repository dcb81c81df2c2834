/** How many there are of what, the most first: `3 PARITY_BASE, 1 ROOT_ROLLUP`. */
export function countBy<T>(things: readonly T[], nameOf: (thing: T) => string): string {
  return [...Map.groupBy(things, nameOf)]
    .map(([name, group]) => ({ name, count: group.length }))
    .sort((one, other) => other.count - one.count)
    .map(({ name, count }) => `${count} ${name}`)
    .join(', ');
}
