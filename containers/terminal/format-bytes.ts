const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** `256 MiB`, `3.9 GiB`, `120 GiB`: to the tenth of a gibibyte below ten. */
export function formatBytes(bytes: number): string {
  if (bytes < GIB) return `${Math.floor(bytes / MIB)} MiB`;
  const gib = bytes / GIB;
  return gib < 9.95 ? `${gib.toFixed(1)} GiB` : `${Math.round(gib)} GiB`;
}
