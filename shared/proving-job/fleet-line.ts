/** The line of Coppice's own node and agents. The names of its resources have no line in them. */
export const NATIVE_LINE = 'native';

/** A version line of a fleet: its queues and services carry its name, its jobs its version. */
export interface FleetLine {
  readonly name: string;
  /** Of Aztec, such as `6.0.0`. */
  readonly version: string;
}

/** The only line of a fleet whose lines are not listed: it has every job, whatever its version. */
export const NATIVE_LINE_ALONE: readonly FleetLine[] = [{ name: NATIVE_LINE, version: '0' }];

/**
 * The line of a version's jobs. Once a line has moved from 6.0.0 to 6.0.1, its older jobs are those of the same minor version, or
 * of the same major one.
 * @returns the name of one of `lines`, always
 * @throws {Error} when `lines` is empty
 */
export function lineOfVersion(networkVersion: string, lines: readonly FleetLine[]): string {
  const [major = '', minor = ''] = networkVersion.split('.');
  const found =
    lines.find(({ version }) => version === networkVersion) ??
    lines.find(({ version }) => version.startsWith(`${major}.${minor}.`)) ??
    lines.find(({ version }) => version.split('.')[0] === major) ??
    lines.find(({ name }) => name === NATIVE_LINE) ??
    lines[0];
  if (found === undefined) throw new Error('unreachable: a fleet has a line');
  return found.name;
}

/**
 * What a resource of the line is called: `small`, `v6-small`. As a logical id, in names after the prefix, and as the value of a
 * metric's dimension. The native line's are those of a fleet without lines.
 */
export function inLine({ name }: Pick<FleetLine, 'name'>, resource: string): string {
  return name === NATIVE_LINE ? resource : `${name}-${resource}`;
}
