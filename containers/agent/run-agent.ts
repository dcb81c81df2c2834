import { hostname } from 'node:os';

import type { Engine } from '../../shared/engine/engine.ts';
import { CIRCUIT_CATALOGUE, type CircuitName } from '../../shared/proving-job/circuit-catalogue.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import {
  type AgentOptions,
  proofTimeoutSeconds,
  type ResolvedAgentOptions,
  resolveAgentOptions,
} from './agent-options.ts';
import { AgentLoop } from './agent-loop.ts';
import { AgentStatus } from './agent-status.ts';
import type { ClaimedJob } from './job/claimed-job.ts';
import { Drain } from './drain.ts';
import { Heartbeats } from './heartbeat/heartbeats.ts';
import { JobAhead } from './job/job-ahead.ts';
import { JobClaimer } from './job/job-claimer.ts';
import { JobReturns } from './job/job-returns.ts';
import { JobSettler } from './job/job-settler.ts';
import { PoolOutlook } from './job/prefetch-rule.ts';
import { describeIdleCost, QUEUE_HABITS } from './job/queue-habits.ts';
import { TaskProtection } from './task-protection.ts';
import { WarmProver } from './prover/warm-prover.ts';

export interface AgentDeps {
  readonly engine: Engine;
  readonly log: Logger;
  /** Aborts when the agent is to stop: it drains, see `drainSeconds`. */
  readonly signal: AbortSignal;
  /** Unix time in milliseconds. */
  readonly nowMs: () => number;
}

/** How long the last word to the registry may take. */
const STOP_REPORT_MS = 1000;

/**
 * Claims and proves jobs until `signal` aborts, then drains: the job at hand is finished if it can be within the drain
 * time and given back otherwise, at no cost to it.
 *
 * @throws {AgentUnfitError} if this machine or its configuration cannot prove what the pools need; before the first claim.
 * @throws {ProverGoneError} if its prover, once lost, does not start again.
 */
export async function runAgent(agentOptions: AgentOptions, dependencies: AgentDeps): Promise<void> {
  const options = resolveAgentOptions(agentOptions);
  const { log, signal, nowMs } = dependencies;
  const failure = new AbortController();
  const heartbeats = new Heartbeats(
    { engine: options.engine, leaseSeconds: options.leaseSeconds, heartbeatSeconds: options.heartbeatSeconds },
    log,
    (error) => failure.abort(error),
  );
  const status = new AgentStatus(
    {
      agentId: options.agentId,
      pools: [...options.pools],
      family: options.families.map(({ name }) => name).join(','),
      networkVersion: options.networkVersion,
      hostname: hostname(),
      pid: process.pid,
      startedAtMs: nowMs(),
    },
    (record) => heartbeats.report(record),
    nowMs,
  );
  const drain = new Drain(AbortSignal.any([signal, failure.signal]), options.drainSeconds, nowMs);
  const protection = new TaskProtection({ ecsAgentUri: options.ecsAgentUri }, log);
  let prover: WarmProver | undefined;
  try {
    prover = await WarmProver.start(
      { families: options.families, circuits: options.circuits, environment: options.proverEnvironment },
      log,
      drain.stop,
    );
    log.info(
      { agentId: options.agentId, pools: options.pools, networkVersion: options.networkVersion },
      'agent started',
    );
    const idleCost = describeIdleCost(options.pools, QUEUE_HABITS[options.engine.engine]);
    if (idleCost !== undefined) log.warn(idleCost);
    await assembleLoop(options, { ...dependencies, heartbeats, status, protection, drain, prover }).run();
    failure.signal.throwIfAborted();
  } catch (error) {
    failure.signal.throwIfAborted();
    if (signal.aborted) return;
    status.note(error instanceof Error ? error.message : String(error));
    throw error;
  } finally {
    drain.clear();
    protection.stop();
    await prover?.stop();
    await heartbeats.stop(status.stopped(), STOP_REPORT_MS);
    log.info({ agentId: options.agentId, jobsProven: status.jobsProven }, 'agent stopped');
  }
}

interface LoopParts extends AgentDeps {
  readonly heartbeats: Heartbeats;
  readonly status: AgentStatus;
  readonly protection: TaskProtection;
  readonly drain: Drain;
  readonly prover: WarmProver;
}

function assembleLoop(options: ResolvedAgentOptions, parts: LoopParts): AgentLoop {
  const { engine, log, nowMs, heartbeats, status, protection, drain, prover } = parts;
  const { agentId, pools, leaseSeconds, prefetch } = options;
  const habits = QUEUE_HABITS[options.engine.engine];
  const timeoutSeconds = (circuit: CircuitName): number => proofTimeoutSeconds(circuit, options);
  const returns = new JobReturns({ engine, pools, log, nowMs });
  const claimer = new JobClaimer(
    {
      agentId,
      pools,
      circuits: options.circuits,
      versions: new Map(options.families.map(({ name, version }) => [name, version ?? options.networkVersion])),
      leaseSeconds,
      // Waiting for the proof before it, its own proof, and bringing it home through an outage.
      maxHoldSeconds: ({ circuit }) => 2 * timeoutSeconds(circuit) + 10 * leaseSeconds,
      habits,
    },
    { engine, heartbeats, returns, log, nowMs, onRefused: (reason) => status.note(reason) },
  );
  const outlook = new PoolOutlook(
    engine,
    {
      agentId,
      pools,
      agentsSeenWithinSeconds: 2 * options.heartbeatSeconds,
      agentsLastSeconds: habits.agentsLastSeconds,
    },
    nowMs,
  );
  const preparing = options.families.filter(({ prepares }) => prepares).map(({ name }) => name);
  const prepare = ({ record: { circuit }, inputs }: ClaimedJob): void => {
    if (preparing.includes(CIRCUIT_CATALOGUE[circuit].family)) prover.prepare(circuit, inputs);
  };
  const ahead = new JobAhead(prefetch && { ...prefetch, lookAgainMs: habits.lookAgainMs }, {
    claimer,
    outlook,
    returns,
    prepare,
    log,
    nowMs,
  });
  const checkProof: WarmProver['checkProof'] = (circuit, proof) => prover.checkProof(circuit, proof);
  const settler = new JobSettler(agentId, leaseSeconds, { engine, returns, checkProof, log });
  return new AgentLoop(
    { claimSeconds: options.claimSeconds, timeoutSeconds },
    { prover, claimer, ahead, settler, returns, status, protection, drain, log, nowMs },
  );
}
