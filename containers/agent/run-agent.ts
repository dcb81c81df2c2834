import type { Engine } from '../../shared/engine/engine.ts';
import { type AgentOptions, resolveAgentOptions } from './agent-options.ts';
import { assembleLoop } from './assemble-loop.ts';
import { Heartbeats } from './heartbeat/heartbeats.ts';
import { describeIdleCost, POLLING_POLICIES } from './job/polling-policy.ts';
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
  await runLoop(options, deps, {
    startHeartbeats: (onFailed) =>
      new Heartbeats({ engineOptions, heartbeatSeconds: options.heartbeatSeconds }, log, onFailed),

    async prepare({ drain }) {
      const idleCost = describeIdleCost(options.pools, POLLING_POLICIES[engineOptions.engine]);
      if (idleCost !== undefined) log.warn(idleCost);
      if (engineOptions.engine !== 'embedded') return;
      const { dataDirectory } = engineOptions;
      void runNodeWarning({ epochs: engine.epochs, dataDirectory, log }, drain.stop);
    },

    assemble: (parts) => assembleLoop(options, { ...deps, ...parts }),
  });
}
