import { hostname } from 'node:os';

import type { Engine } from '../../shared/engine/engine.ts';
import type { AgentRecord } from '../../shared/ledger/agent-registry.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { errorText } from '../../shared/telemetry/error-text.ts';
import { type AgentOptions, type ResolvedAgentOptions, resolveAgentOptions } from './agent-options.ts';
import { AgentStatus } from './agent-status.ts';
import { assembleLoop } from './assemble-loop.ts';
import { Drain } from './drain.ts';
import { Heartbeats } from './heartbeat/heartbeats.ts';
import { describeIdleCost, POLLING_POLICIES } from './job/polling-policy.ts';
import { WarmProver } from './prover/warm-prover.ts';
import { TaskProtection } from './task-protection.ts';
import { runNodeWarning } from './warn-without-node.ts';

export interface AgentDeps {
  /** Open, and of the kind that `AgentOptions.engineOptions` name. */
  readonly engine: Engine;
  readonly log: Logger;
  /** Aborts when the agent is to stop: it drains, see `drainSeconds`. */
  readonly signal: AbortSignal;
  /** Unix time in milliseconds. */
  readonly nowMs: () => number;
}

/** How long the last report to the registry may take. */
const STOP_REPORT_MS = 1000;

/**
 * Claims and proves jobs until `signal` aborts, then drains: the current job is finished if it can be within the drain
 * time and given back otherwise, at no cost to it.
 *
 * @throws {AgentUnfitError} if this machine or its configuration cannot prove what the pools need; before the first claim.
 * @throws {ProverGoneError} if its prover, once lost, does not start again.
 */
export async function runAgent(agentOptions: AgentOptions, deps: AgentDeps): Promise<void> {
  const options = resolveAgentOptions(agentOptions);
  const { agentId, pools, networkVersion, engineOptions, heartbeatSeconds } = options;
  const { log, signal, nowMs } = deps;
  const failure = new AbortController();
  const heartbeats = new Heartbeats({ engineOptions, heartbeatSeconds }, log, (error) => failure.abort(error));
  const status = new AgentStatus(describeAgent(options, nowMs()), (record) => heartbeats.report(record), nowMs);
  const drain = new Drain(AbortSignal.any([signal, failure.signal]), options.drainSeconds, nowMs);
  const protection = new TaskProtection({ ecsAgentUri: options.ecsAgentUri }, log);
  let prover: WarmProver | undefined;
  try {
    prover = await WarmProver.start(
      { families: options.families, circuits: options.circuits, environment: options.proverEnvironment },
      log,
      drain.stop,
    );
    log.info({ agentId, pools, networkVersion }, 'agent started');
    const idleCost = describeIdleCost(pools, POLLING_POLICIES[engineOptions.engine]);
    if (idleCost !== undefined) log.warn(idleCost);
    if (engineOptions.engine === 'embedded') {
      const { dataDirectory } = engineOptions;
      void runNodeWarning({ epochs: deps.engine.epochs, dataDirectory, log }, drain.stop);
    }
    await assembleLoop(options, { ...deps, heartbeats, prover, status, protection, drain }).run();
    failure.signal.throwIfAborted();
  } catch (error) {
    failure.signal.throwIfAborted();
    if (signal.aborted) return;
    status.note(errorText(error));
    throw error;
  } finally {
    drain.clear();
    protection.stop();
    await prover?.stop();
    await heartbeats.stop(status.stopped(), STOP_REPORT_MS);
    log.info({ agentId, jobsProven: status.jobsProven }, 'agent stopped');
  }
}

function describeAgent(
  { agentId, pools, families, networkVersion }: ResolvedAgentOptions,
  startedAtMs: number,
): Omit<AgentRecord, 'state' | 'lastSeenAtMs' | 'jobsProven'> {
  return {
    agentId,
    pools: [...pools],
    family: families.map(({ name }) => name).join(','),
    networkVersion,
    hostname: hostname(),
    pid: process.pid,
    startedAtMs,
  };
}
