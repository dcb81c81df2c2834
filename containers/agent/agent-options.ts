import type { EngineOptions } from '../../shared/engine/open-engine.ts';
import type { AgentId } from '../../shared/ledger/job-ledger.ts';
import type { Pool } from '../../shared/proving-job/circuit-family.ts';
import {
  CIRCUIT_CATALOGUE,
  type CircuitName,
  circuitOf,
  NativeCircuit,
  poolsOf,
} from '../../shared/proving-job/circuit-catalogue.ts';
import type { Backoff } from '../../shared/retry/backoff.ts';
import { AgentUnfitError } from './errors.ts';
import type { FamilyReference } from './families/prover-family.ts';
import type { MeasureSpeedOptions } from './measure-speed.ts';

/** How an agent works, wherever its jobs come from. */
export interface CommonAgentOptions {
  readonly agentId: AgentId;
  /** The pools that this agent serves. */
  readonly pools: readonly Pool[];
  /** The circuits that it proves; jobs of others are left to other agents. @default every circuit of its families */
  readonly circuits?: readonly NativeCircuit[];
  /** Jobs of another version are left for agents of that version. */
  readonly networkVersion: string;
  /** The families that it can prove, see `families/family-registry.ts`. */
  readonly families: readonly FamilyReference[];
  /** How often it says that it still proves its job. */
  readonly heartbeatSeconds: number;
  /** Time from the stop signal to the end; a job that cannot be finished in it is given back. @default 25, below ECS's 30 */
  readonly drainSeconds?: number;
  /** How long one claim waits for a job. @default 20 */
  readonly claimSeconds?: number;
  /** A proof takes at most this many times the seconds the catalogue expects. @default 20 */
  readonly timeoutMultiple?: number;
  /** Lower bound of that timeout. @default 600 */
  readonly timeoutFloorSeconds?: number;
  /** When to claim the next job early, see `job/prefetch-rule.ts`. `false` claims only when idle. */
  readonly prefetch?: PrefetchOptions | false;
  /** How long it claims nothing after jobs in a row have failed, see `machine-doubt.ts`. @default 30 s, doubling up to 10 min */
  readonly doubtPauses?: Backoff;
  /** The port of its health and metrics; 0 for none. @default 0 */
  readonly port?: number;
  /** Added to the prover's environment, such as `HARDWARE_CONCURRENCY`. */
  readonly proverEnvironment?: Readonly<Record<string, string>>;
  /** The endpoint at which the agent protects its ECS task while it proves, see `task-protection.ts`. @default none */
  readonly ecsAgentUri?: string | undefined;
}

/** An agent whose jobs are in an engine. */
export interface AgentOptions extends Omit<CommonAgentOptions, 'heartbeatSeconds'> {
  /** @default a third of the lease */
  readonly heartbeatSeconds?: number;
  /**
   * The heartbeat thread opens its own engine with these; they must name the engine that the agent is given. Their
   * `leaseSeconds` say how long a claim lasts without a heartbeat: the delay that a killed agent causes for its job.
   */
  readonly engineOptions: EngineOptions;
  /** Leaves jobs of other L1 chains than development chains: the proofs are worth nothing there. @default false */
  readonly isForDevelopmentChains?: boolean;
  /** Memory that its real proofs may take, in MiB: with other agents it takes no more than the machine has. @default unchecked: proofs are simulated */
  readonly proofMemoryMib?: number;
  /** The `bb` of its real proofs, whose speed is measured at the start. @default not measured: proofs are simulated */
  readonly bb?: MeasureSpeedOptions;
}

export interface PrefetchOptions {
  /** The next job is claimed when the proof under way needs about this much longer. @default 2 */
  readonly leadSeconds: number;
  /** A job claimed ahead is given back when it still waits after this time. @default 4 */
  readonly holdSeconds: number;
}

/** The options with every default filled in, and without pools that hold no circuit of the agent. */
export type Resolved<Options extends CommonAgentOptions> = Options & Required<Omit<CommonAgentOptions, 'ecsAgentUri'>>;
export type ResolvedAgentOptions = Resolved<AgentOptions & CommonAgentOptions>;

/** @throws {AgentUnfitError} if the pools hold no circuit that the agent could prove. */
export function resolveAgentOptions(options: AgentOptions): ResolvedAgentOptions {
  return withDefaults({
    ...options,
    heartbeatSeconds: options.heartbeatSeconds ?? options.engineOptions.leaseSeconds / 3,
  });
}

/** @throws {AgentUnfitError} if the pools hold no circuit that the agent could prove. */
export function withDefaults<Options extends CommonAgentOptions>(options: Options): Resolved<Options> {
  const families = options.families.map(({ name }) => name);
  const circuits = (options.circuits ?? NativeCircuit.options).filter(
    (circuit) =>
      families.includes(CIRCUIT_CATALOGUE[circuit].family) &&
      poolsOf(circuit, options.networkVersion).some((pool) => options.pools.includes(pool)),
  );
  if (circuits.length === 0) {
    const wanted = options.circuits?.join(', ') ?? 'no circuit';
    throw new AgentUnfitError([
      `the pools ${options.pools.join(', ')} hold none of its circuits (${wanted}): give it pools that do`,
    ]);
  }
  return {
    ...options,
    pools: options.pools.filter((pool) =>
      circuits.some((circuit) => poolsOf(circuit, options.networkVersion).includes(pool)),
    ),
    circuits,
    drainSeconds: options.drainSeconds ?? 25,
    claimSeconds: options.claimSeconds ?? 20,
    timeoutMultiple: options.timeoutMultiple ?? 20,
    timeoutFloorSeconds: options.timeoutFloorSeconds ?? 600,
    prefetch: options.prefetch ?? { leadSeconds: 2, holdSeconds: 4 },
    doubtPauses: options.doubtPauses ?? { firstMs: 30_000, longestMs: 600_000 },
    port: options.port ?? 0,
    proverEnvironment: options.proverEnvironment ?? {},
  };
}

/** When a proof of `circuit` counts as stuck. Generous: killing a slow proof costs more than waiting for it. */
export function proofTimeoutSeconds(
  circuit: CircuitName,
  {
    networkVersion,
    timeoutMultiple,
    timeoutFloorSeconds,
  }: Pick<Resolved<CommonAgentOptions>, 'networkVersion' | 'timeoutMultiple' | 'timeoutFloorSeconds'>,
): number {
  return Math.max(timeoutFloorSeconds, timeoutMultiple * circuitOf(circuit, networkVersion).expectedSeconds);
}
