import type { EngineOptions } from '../../shared/engine/open-engine.ts';
import type { AgentId } from '../../shared/ledger/job-ledger.ts';
import type { Pool } from '../../shared/proving-job/circuit-family.ts';
import { CIRCUIT_CATALOGUE, CircuitName, poolsOf } from '../../shared/proving-job/circuit-catalogue.ts';
import { AgentUnfitError } from './errors.ts';
import type { FamilyReference } from './families/prover-family.ts';

export interface AgentOptions {
  readonly agentId: AgentId;
  /** The pools it serves. */
  readonly pools: readonly Pool[];
  /** What it proves of what those hold; jobs of other circuits are left to other agents. @default every circuit of its families */
  readonly circuits?: readonly CircuitName[];
  /** Jobs of another version are left for agents of that version. */
  readonly networkVersion: string;
  /** What it can prove, see `families/family-registry.ts`. */
  readonly families: readonly FamilyReference[];
  /** The heartbeat thread opens its own engine with these; they must name the engine that the agent is given. */
  readonly engine: EngineOptions;
  /** How long a claim lasts without a heartbeat: what a killed agent costs its job. @default 120 */
  readonly leaseSeconds?: number;
  /** @default a third of the lease */
  readonly heartbeatSeconds?: number;
  /** From the stop signal to the end: what cannot be finished in it is given back. @default 25, below ECS's 30 */
  readonly drainSeconds?: number;
  /** How long one claim waits for a job. @default 20 */
  readonly claimSeconds?: number;
  /** A proof takes at most this many times the seconds the catalogue expects. @default 20 */
  readonly timeoutMultiple?: number;
  /** … and may always take this long. @default 600 */
  readonly timeoutFloorSeconds?: number;
  /** See {@link PrefetchRule}. `false` claims only when idle. */
  readonly prefetch?: PrefetchOptions | false;
  /** Added to the prover's environment, such as `HARDWARE_CONCURRENCY`. */
  readonly proverEnvironment?: Readonly<Record<string, string>>;
  /** Where ECS is told that this agent proves, see `task-protection.ts`. @default it is told nothing */
  readonly ecsAgentUri?: string | undefined;
}

export interface PrefetchOptions {
  /** The next job is claimed when the proof under way has about this long to go. @default 2 */
  readonly leadSeconds: number;
  /** A job claimed ahead is given back when it still waits after this long. @default 4 */
  readonly holdSeconds: number;
}

/** The options with every default filled in, and without the pools that hold nothing for it. */
export type ResolvedAgentOptions = Required<Omit<AgentOptions, 'ecsAgentUri'>> & Pick<AgentOptions, 'ecsAgentUri'>;

/** @throws {AgentUnfitError} if there is no circuit that it could prove. */
export function resolveAgentOptions(options: AgentOptions): ResolvedAgentOptions {
  const leaseSeconds = options.leaseSeconds ?? 120;
  const families = options.families.map(({ name }) => name);
  const circuits = (options.circuits ?? CircuitName.options).filter(
    (circuit) =>
      families.includes(CIRCUIT_CATALOGUE[circuit].family) &&
      poolsOf(circuit).some((pool) => options.pools.includes(pool)),
  );
  if (circuits.length === 0) {
    const asked = options.circuits?.join(', ') ?? 'no circuit';
    throw new AgentUnfitError([
      `the pools ${options.pools.join(', ')} hold none of its circuits (${asked}): give it pools that do`,
    ]);
  }
  return {
    ...options,
    pools: options.pools.filter((pool) => circuits.some((circuit) => poolsOf(circuit).includes(pool))),
    circuits,
    leaseSeconds,
    heartbeatSeconds: options.heartbeatSeconds ?? leaseSeconds / 3,
    drainSeconds: options.drainSeconds ?? 25,
    claimSeconds: options.claimSeconds ?? 20,
    timeoutMultiple: options.timeoutMultiple ?? 20,
    timeoutFloorSeconds: options.timeoutFloorSeconds ?? 600,
    prefetch: options.prefetch ?? { leadSeconds: 2, holdSeconds: 4 },
    proverEnvironment: options.proverEnvironment ?? {},
  };
}

/** When a proof of `circuit` is taken for stuck. Generous: killing a slow proof costs more than waiting for it. */
export function proofTimeoutSeconds(
  circuit: CircuitName,
  { timeoutMultiple, timeoutFloorSeconds }: Pick<ResolvedAgentOptions, 'timeoutMultiple' | 'timeoutFloorSeconds'>,
): number {
  return Math.max(timeoutFloorSeconds, timeoutMultiple * CIRCUIT_CATALOGUE[circuit].expectedSeconds);
}
