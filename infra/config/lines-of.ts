import { ENGINE_SETTINGS } from '../../shared/config/groups/engine-settings.ts';
import { NATIVE_LINE } from '../../shared/proving-job/fleet-line.ts';
import type { AgentPools } from './agent-pool-config.ts';
import { type AztecRelease, type OfficialProgram, releaseOf } from './aztec-releases.ts';
import type { EnvironmentConfig } from './environment-config.ts';
import { nameOfLine, type VersionLineConfig, versionOfLine } from './line-config.ts';
import type { NodeConfig } from './node-config.ts';

interface CommonLine {
  /** Stands in the names of its resources; `native` for the native line, whose names have no line in them. */
  readonly name: string;
  /** The version of Aztec that its jobs carry, such as `6.0.0`. */
  readonly version: string;
  readonly node: NodeConfig;
  readonly pools: AgentPools;
}

/** Coppice's own node and agents. */
export interface NativeLine extends CommonLine {
  readonly kind: 'native';
}

/** Aztec's own node and agents, unmodified, beside Coppice's broker and gateways. */
export interface OfficialLine extends CommonLine {
  readonly kind: 'official';
  /** Aztec's images, in ECR or in any other registry. */
  readonly images: Readonly<Record<OfficialProgram, string>>;
  /** What that version's programs need beside what their task says of every version. */
  readonly variables: AztecRelease['variables'];
  /** The rollup's version in the registry. @default the canonical one's */
  readonly rollupVersion: number | undefined;
  /** The account that submits. @default unknown: only the secret has its key */
  readonly publisherAddress: string | undefined;
}

export type Line = NativeLine | OfficialLine;

/** The lines of the environment, each with all that the environment, the version and the line itself say of it. */
export function linesOf(config: Pick<EnvironmentConfig, 'lines' | 'node' | 'pools'>): readonly Line[] {
  return config.lines.map((line) => lineOf(line, config));
}

function lineOf(line: VersionLineConfig, environment: Pick<EnvironmentConfig, 'node' | 'pools'>): Line {
  const { aztec, node = environment.node, pools = environment.pools } = line;
  const common = { name: nameOfLine(line), version: versionOfLine(aztec), node, pools };
  if (aztec === NATIVE_LINE) return { kind: 'native', ...common };
  const { repositories, variables } = releaseOf(aztec);
  const of = <T>(valueOf: (program: OfficialProgram) => T): Record<OfficialProgram, T> => ({
    node: valueOf('node'),
    agent: valueOf('agent'),
  });
  return {
    kind: 'official',
    ...common,
    images: of((program) => line.images?.[program] ?? `${repositories[program]}:${aztec}`),
    variables: of((program) => ({ ...variables[program], ...line.variables?.[program] })),
    rollupVersion: line.rollupVersion,
    publisherAddress: line.publisherAddress,
  };
}

/**
 * The variables by which a program finds the queues of these lines. None for the native line alone, which programs use by
 * default.
 */
export function lineVariables(lines: readonly Line[]): Readonly<Record<string, string>> {
  if (lines.every(({ name }) => name === NATIVE_LINE)) return {};
  const { variable } = ENGINE_SETTINGS.settings.lines;
  return { [variable]: lines.map(({ name, version }) => `${name}=${version}`).join() };
}
