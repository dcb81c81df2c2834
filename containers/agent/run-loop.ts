import type { Server } from 'node:http';
import { hostname } from 'node:os';

import { AGENT_GROUP } from '../../shared/config/groups/agent-settings.ts';
import type { AgentRecord } from '../../shared/ledger/agent-registry.ts';
import { errorText } from '../../shared/telemetry/error-text.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { HealthPages, type Scrape } from '../health/health-pages.ts';
import { serveHealth } from '../health/health-server.ts';
import type { CommonAgentOptions, Resolved } from './agent-options.ts';
import { AgentStatus } from './agent-status.ts';
import { Drain } from './drain.ts';
import { WarmProver } from './prover/warm-prover.ts';
import { TaskProtection } from './task-protection.ts';

export interface RunLoopDeps {
  readonly log: Logger;
  /** What `/metrics` serves, where the agent has a port. @default not served */
  readonly scrape?: Scrape | undefined;
  /** Aborts when the agent is to stop: it drains, see `drainSeconds`. */
  readonly signal: AbortSignal;
  /** Unix time in milliseconds. */
  readonly nowMs: () => number;
}

/** The thread that keeps the agent's jobs while it proves. */
export interface HeartbeatThread {
  /** Takes the agent's record as it is now. */
  report(agent: AgentRecord): void;
  /** Ends the thread. @param agent the final record */
  stop(agent: AgentRecord, timeoutMs: number): Promise<void>;
}

export interface LoopParts<Heartbeats extends HeartbeatThread> {
  readonly heartbeats: Heartbeats;
  readonly prover: WarmProver;
  readonly status: AgentStatus;
  readonly protection: TaskProtection;
  readonly drain: Drain;
}

/** What an agent on an engine and an agent of a broker do each in its own way. */
export interface LoopKind<Heartbeats extends HeartbeatThread> {
  /** @param onFailed called when the thread dies: no job can be kept any more */
  startHeartbeats(onFailed: (error: unknown) => void): Heartbeats;
  /** Runs when the prover is up, before the first claim. */
  prepare(parts: LoopParts<Heartbeats>): Promise<void>;
  assemble(parts: LoopParts<Heartbeats>): { run(): Promise<void> };
}

/** How long the last report to the registry may take. */
const STOP_REPORT_MS = 1000;

/**
 * Starts what every agent needs, runs its loop until `signal` aborts, and stops everything again.
 * @throws {StatusPortInUseError}
 */
export async function runLoop<Heartbeats extends HeartbeatThread>(
  options: Resolved<CommonAgentOptions>,
  { log, scrape, signal, nowMs }: RunLoopDeps,
  kind: LoopKind<Heartbeats>,
): Promise<void> {
  const { agentId, pools, networkVersion, port } = options;
  const failure = new AbortController();
  const heartbeats = kind.startHeartbeats((error) => failure.abort(error));
  const status = new AgentStatus(describeAgent(options, nowMs()), (record) => heartbeats.report(record), nowMs);
  const drain = new Drain(AbortSignal.any([signal, failure.signal]), options.drainSeconds, nowMs);
  const protection = new TaskProtection({ ecsAgentUri: options.ecsAgentUri }, log);
  let prover: WarmProver | undefined;
  let server: Server | undefined;
  try {
    if (port !== 0) {
      const pages = new HealthPages({
        scrape,
        ready: async () => [{ name: 'agent', problem: status.unreadiness }],
      });
      server = await serveHealth({ port, whose: 'agent', setting: AGENT_GROUP.settings.agentPort, pages });
    }
    prover = await WarmProver.start(
      { families: options.families, circuits: options.circuits, environment: options.proverEnvironment },
      log,
      drain.stop,
    );
    const parts = { heartbeats, prover, status, protection, drain };
    log.info({ agentId, pools, networkVersion }, 'agent started');
    await kind.prepare(parts);
    await kind.assemble(parts).run();
    failure.signal.throwIfAborted();
  } catch (error) {
    failure.signal.throwIfAborted();
    if (signal.aborted) return;
    status.note(errorText(error));
    throw error;
  } finally {
    server?.close();
    server?.closeAllConnections();
    drain.clear();
    protection.stop();
    await prover?.stop();
    await heartbeats.stop(status.stopped(), STOP_REPORT_MS);
    log.info({ agentId, jobsProven: status.jobsProven }, 'agent stopped');
  }
}

function describeAgent(
  { agentId, pools, families, networkVersion }: Resolved<CommonAgentOptions>,
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
