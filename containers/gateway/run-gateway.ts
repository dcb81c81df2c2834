import { hostname } from 'node:os';

import type { Engine } from '../../shared/engine/engine.ts';
import { repeatEvery } from '../../shared/retry/repeat-every.ts';
import { runTogether } from '../../shared/retry/run-together.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Metrics } from '../../shared/telemetry/metrics.ts';
import { AgentStatus } from '../agent/agent-status.ts';
import { Drain } from '../agent/drain.ts';
import { AgentReporter } from '../agent/heartbeat/agent-reporter.ts';
import { TaskProtection, type TaskProtectionOptions } from '../agent/task-protection.ts';
import { HealthPages, type Scrape } from '../health/health-pages.ts';
import { AnswerRoom } from '../broker/transport/answer-room.ts';
import { ClientNetworks } from '../broker/transport/client-networks.ts';
import { RpcServer, type RpcStatus } from '../broker/transport/rpc-server.ts';
import { AgentGateway, type AgentGatewayOptions } from './agent-gateway.ts';
import { readBbTime } from './bb-processes.ts';
import { BusyShare } from './busy-share.ts';
import { AgentCheck } from './check-agent.ts';
import { AgentWatch } from './watch-agent.ts';

export interface GatewayOptions extends Omit<AgentGatewayOptions, 'isStoppedFirst'> {
  /** The port on the loopback interface where the agent calls; 0 for any that is free. */
  readonly port: number;
  /** The agent's own URL. */
  readonly agentUrl: string;
  readonly maxBodyBytes: number;
  readonly maxCalls: number;
  readonly clientTimeoutMs: number;
  readonly drainSeconds: number;
  /** The endpoint at which the gateway protects its ECS task while the agent proves. */
  readonly ecsAgentUri: string | undefined;
  /** The timing of that protection. @default that of {@link TaskProtection} */
  readonly protection?: Omit<TaskProtectionOptions, 'ecsAgentUri'>;
}

export interface RunGatewayDeps {
  readonly engine: Engine;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** What `/metrics` serves. @default not served */
  readonly scrape?: Scrape | undefined;
  /** Ends the gateway: the agent gets no further job, and time for the one that it has. */
  readonly signal: AbortSignal;
  readonly nowMs?: () => number;
  /** Called with the port once the gateway listens. */
  readonly onListening?: (port: number) => void;
}

const HOST = '127.0.0.1';
/** One agent has a few connections. */
const MAX_CONNECTIONS = 32;
const BODIES = { atOnce: 2, atOncePerClient: 2, smallBytes: 32 * 2 ** 20 };
/** One agent has one job, and what is read of it is the same each time. */
const ANSWERS = { bytes: 64 * 2 ** 20, bytesPerClient: 64 * 2 ** 20 };
/** How long calls may take to end once the agent has nothing more to report. */
const STOP_MS = 1_000;

/**
 * Serves Aztec's broker API to one agent on this machine, over the engine, until `signal` aborts and the agent has had time to
 * finish.
 * @throws {ListenError}
 */
export async function runGateway(
  options: GatewayOptions,
  { engine, metrics, log, scrape, signal, nowMs = Date.now, onListening }: RunGatewayDeps,
): Promise<void> {
  const { agentId, pools, networkVersion, leaseSeconds, agentUrl, port: wantedPort } = options;
  const steadyMs = (): number => performance.now();
  const reportMs = (leaseSeconds * 1000) / 3;
  const reporter = new AgentReporter(engine.agents, {
    everySeconds: reportMs / 1000,
    nowMs,
    onProblem: (message) => log.debug({ problem: message }, "the agent's record is not up to date"),
  });
  const about = {
    agentId,
    pools: [...pools],
    family: 'aztec',
    networkVersion,
    hostname: hostname(),
    pid: process.pid,
    startedAtMs: nowMs(),
  };
  const status = new AgentStatus(about, (record) => reporter.update(record), nowMs);
  const drain = new Drain(signal, options.drainSeconds, nowMs);
  const protection = new TaskProtection({ ecsAgentUri: options.ecsAgentUri, ...options.protection }, log);
  const check = new AgentCheck({ url: agentUrl, networkVersion }, { log, steadyMs });
  // A task's container ends after those that depend on it.
  const isStoppedFirst = options.ecsAgentUri !== undefined;
  const gateway = new AgentGateway(
    { ...options, isStoppedFirst },
    { engine, check, status, protection, drain, log, nowMs },
  );
  const hasJob = (): boolean => gateway.state.jobId !== undefined;
  const busy = new BusyShare({ readBbTime, hasJob, steadyMs });
  const watch = new AgentWatch({ agentId, engine, check, status, hasJob, metrics, log, steadyMs });
  const server = new RpcServer(
    {
      host: HOST,
      port: wantedPort,
      headers: { 'x-aztec-packageVersion': networkVersion },
      addressSettings: '--gateway-port (COPPICE_GATEWAY_PORT)',
      networks: new ClientNetworks([]),
      maxBodyBytes: options.maxBodyBytes,
      maxCalls: options.maxCalls,
      maxConnections: MAX_CONNECTIONS,
      maxConnectionsPerClient: MAX_CONNECTIONS,
      clientTimeoutMs: options.clientTimeoutMs,
      bodies: BODIES,
      answers: new AnswerRoom({ ...ANSWERS, patienceMs: options.clientTimeoutMs }),
    },
    {
      methods: gateway.methods,
      status: async (): Promise<RpcStatus> => ({
        ok: true,
        components: { agentGateway: { healthy: true } },
        agentId,
        networkVersion,
        ...gateway.state,
        busyShare: busy.share,
        ...(watch.problem !== undefined && { warning: watch.problem }),
      }),
      pages: new HealthPages({ scrape, ready: async () => [{ name: 'agent', problem: watch.problem }] }),
      log,
      nowMs,
    },
  );
  try {
    const port = await server.listen();
    log.info({ port, agentUrl, agentId, networkVersion, pools }, 'the agent gateway is up');
    onListening?.(port);
    await runTogether(
      [
        async () => {
          await gateway.run();
          await server.stop(STOP_MS);
        },
        (stop) => busy.run(stop),
        (stop) => watch.run(stop),
        (stop) => repeatEvery(reportMs, async () => status.measured(busy.share), stop),
      ],
      drain.stop,
    );
  } finally {
    drain.clear();
    protection.stop();
    await reporter.stop(status.stopped());
  }
}
