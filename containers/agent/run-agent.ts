import type { Engine } from '../../shared/engine/engine.ts';
import type { SpeedClass } from '../../shared/proving-job/speed-class.ts';
import { errorText } from '../../shared/telemetry/error-text.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { type AgentOptions, resolveAgentOptions, type ResolvedAgentOptions } from './agent-options.ts';
import { assembleLoop } from './assemble-loop.ts';
import { Heartbeats } from './heartbeat/heartbeats.ts';
import { describeIdleCost, POLLING_POLICIES } from './job/polling-policy.ts';
import { measureSpeed, SPEED_CIRCUIT } from './measure-speed.ts';
import { machineMemoryMib } from './memory/machine-memory.ts';
import { ProofMemory } from './memory/proof-memory.ts';
import { runLoop, type RunLoopDeps } from './run-loop.ts';
import { runNodeWarning } from './warn-without-node.ts';

export interface AgentDeps extends RunLoopDeps {
  /** Open, and of the kind that `AgentOptions.engineOptions` name. */
  readonly engine: Engine;
}

/**
 * Claims and proves jobs until `signal` aborts, then drains: the current job is finished if it can be within the drain
 * time and given back otherwise, at no cost to it.
 *
 * @throws {AgentUnfitError} if this machine or its configuration cannot prove what the pools need; before the first claim.
 * @throws {ProverGoneError} if its prover, once lost, does not start again.
 */
export async function runAgent(agentOptions: AgentOptions, deps: AgentDeps): Promise<void> {
  const { engineOptions } = agentOptions;
  const options = resolveAgentOptions(agentOptions);
  const { engine, log } = deps;
  const memory = openProofMemory(options);
  let speedClass: SpeedClass | undefined;
  await runLoop(options, deps, {
    startHeartbeats: (onFailed) =>
      new Heartbeats({ engineOptions, heartbeatSeconds: options.heartbeatSeconds }, log, onFailed),

    async prepare({ status, drain }) {
      const idleCost = describeIdleCost(options.pools, POLLING_POLICIES[engineOptions.engine]);
      if (idleCost !== undefined) log.warn(idleCost);
      speedClass = await speedOf(options, memory, log, drain.stop);
      if (speedClass !== undefined) status.knowsSpeed(speedClass);
      if (engineOptions.engine !== 'embedded') return;
      const { dataDirectory } = engineOptions;
      void runNodeWarning({ epochs: engine.epochs, dataDirectory, log }, drain.stop);
    },

    assemble: (parts) => assembleLoop(options, { ...deps, ...parts, memory, speedClass }),
  }).finally(() => memory?.close());
}

function openProofMemory({ proofMemoryMib }: ResolvedAgentOptions): ProofMemory | undefined {
  if (proofMemoryMib === undefined) return undefined;
  return new ProofMemory({ agentMib: proofMemoryMib, machineMib: machineMemoryMib() });
}

/** While other agents have the memory that it takes, the speed is left for another start. */
async function speedOf(
  { bb }: ResolvedAgentOptions,
  memory: ProofMemory | undefined,
  log: Logger,
  signal: AbortSignal,
): Promise<SpeedClass | undefined> {
  if (bb === undefined || memory?.take('speed', SPEED_CIRCUIT) === false) return undefined;
  try {
    const speedClass = await measureSpeed(bb, signal);
    if (speedClass !== undefined) log.info({ speedClass }, 'the speed of bb is known');
    return speedClass;
  } catch (error) {
    if (!signal.aborted) log.warn({ reason: errorText(error) }, 'the speed of bb could not be measured');
    return undefined;
  } finally {
    memory?.giveBack('speed');
  }
}
