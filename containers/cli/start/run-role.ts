import { hostname } from 'node:os';

import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import type { OTLP_SETTINGS } from '../../../shared/config/aztec/aztec-telemetry-settings.ts';
import type { PROCESS_SETTINGS } from '../../../shared/config/groups/process-settings.ts';
import type { SettingsOf } from '../../../shared/config/setting.ts';
import { drillNote } from '../../../shared/drills/drill-record.ts';
import { DRILL_POLL_MS, DrillWatch } from '../../../shared/drills/drill-watch.ts';
import { drilledEngine } from '../../../shared/engine/drilled-engine.ts';
import { openEngine } from '../../../shared/engine/open-engine.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { runTogether } from '../../../shared/retry/run-together.ts';
import { createLogger, type Logger, type LoggerOptions } from '../../../shared/telemetry/logger.ts';
import { joinAztecLogs } from '../../../shared/telemetry/join-aztec-logs.ts';
import { meteredEngine } from '../../../shared/engine/metered-engine.ts';
import { openProcessMetrics, type ProcessMetrics } from '../../../shared/telemetry/process-metrics.ts';
import { endSignal } from '../../processes/end-signals.ts';
import { EXIT_CODES, exitCodeOfError } from '../../processes/exit-codes.ts';
import { endAsIfKilled } from '../../processes/end-as-if-killed.ts';
import { explainError } from '../../processes/explain-error.ts';
import { untilAborted } from '../../../shared/retry/until-aborted.ts';
import { examineStart } from './checks/examine-role.ts';
import { logFindings } from './checks/log-findings.ts';
import { becomeEnvironment } from './become-environment.ts';
import type { AgentRole, BrokerRole, GatewayRole, NodeRole, Role } from './read-role.ts';

type ProcessSettings = SettingsOf<(typeof PROCESS_SETTINGS)['settings'] & (typeof OTLP_SETTINGS)['settings']>;

const OWN_ACVM_NOTE =
  "ACVM_BINARY_PATH is not set: Coppice's own acvm executes the circuits. It proves all of Aztec's but the AVM's, which needs bb-avm";

/** After the time to drain, for closing the engine and writing the last lines. */
const LAST_MOMENTS_MS = 2_000;

interface ProcessDeps extends Pick<ProcessMetrics, 'metrics' | 'scrape'> {
  readonly log: Logger;
  readonly signal: AbortSignal;
}

interface RoleDeps extends ProcessDeps {
  readonly engine: Engine;
  /** `undefined` where drills are not allowed. */
  readonly drills: DrillWatch | undefined;
}

/**
 * Runs one role in this process until it is stopped. Its environment becomes the environment of this process, because
 * Aztec's packages read their settings there.
 * @returns the exit code; whatever the role leaves open must not keep the process alive, so exit with it
 */
export async function runRole(role: Role): Promise<number> {
  switch (role.name) {
    case 'prover-node':
      return runNodeRole(role);
    case 'prover-broker':
      return runBrokerRole(role);
    case 'prover-agent':
      return runAgentRole(role);
    case 'agent-gateway':
      return runGatewayRole(role);
  }
}

async function runNodeRole(role: NodeRole): Promise<number> {
  const { settings } = role;
  return runOnEngine('node', role, async (deps) => {
    const { runNode } = await import('../../node/run-node.ts');
    await runNode(settings, { ...deps, rpcFaults: deps.drills?.obeyRpcFaults() });
  });
}

/** Loads nothing of Aztec's: an image of the broker may come without its packages. */
async function runBrokerRole(role: BrokerRole): Promise<number> {
  return runOnEngine('broker', role, async (deps) => {
    const [{ runBroker }, { networkVersionOf, toBrokerOptions }, { findBrokerLine }, { nodeWatchOf }] =
      await Promise.all([
        import('../../broker/run-broker.ts'),
        import('./to-broker-options.ts'),
        import('./find-broker-line.ts'),
        import('./node-watch-of.ts'),
      ]);
    const networkVersion = networkVersionOf(role.settings);
    const rpcFaults = deps.drills?.obeyRpcFaults();
    const found = await findBrokerLine(role.settings, networkVersion, { ...deps, ...deps.engine, rpcFaults });
    if (found === undefined) return;
    const { rollup, l1, confirm, keep } = found;
    const options = toBrokerOptions(role, networkVersion, rollup);
    const watches = nodeWatchOf(role.settings, { networkVersion, found, ...deps });
    await runTogether(
      [(signal) => runBroker(options, { ...deps, signal, l1, confirmRollup: confirm, keepRollup: keep }), ...watches],
      deps.signal,
    );
  });
}

/** Loads nothing of Aztec's either. */
async function runGatewayRole(role: GatewayRole): Promise<number> {
  return runOnEngine('gateway', role, async (deps) => {
    const [{ runGateway }, { networkVersionOf }, { toGatewayOptions }, { takeAgentId }] = await Promise.all([
      import('../../gateway/run-gateway.ts'),
      import('./to-broker-options.ts'),
      import('./to-gateway-options.ts'),
      import('./take-agent-id.ts'),
    ]);
    const networkVersion = networkVersionOf(role.settings);
    const agentId = role.settings.agentId ?? (await takeAgentId());
    deps.drills?.obeyKill(agentId, endAsIfKilled);
    await runGateway(toGatewayOptions(role, networkVersion, agentId), deps);
  });
}

async function runAgentRole(role: AgentRole): Promise<number> {
  const { brokerUrl } = role.settings;
  if (brokerUrl !== undefined) return runBrokerAgentRole(role, brokerUrl);
  return runOnEngine('agent', role, async (deps) => {
    const [{ runAgent }, { toAgentOptions, usesOwnAcvm }, { takeAgentId }, { installedNetworkVersion }] =
      await Promise.all([
        import('../../agent/run-agent.ts'),
        import('./to-agent-options.ts'),
        import('./take-agent-id.ts'),
        import('../../../shared/proving-job/network-version.ts'),
      ]);
    if (usesOwnAcvm(role.settings)) deps.log.info(OWN_ACVM_NOTE);
    const agentId = role.settings.agentId ?? (await takeAgentId());
    deps.drills?.obeyKill(agentId, endAsIfKilled);
    await runAgent(toAgentOptions(role, installedNetworkVersion(), agentId), { ...deps, nowMs: Date.now });
  });
}

/** An agent of a broker opens no engine. */
async function runBrokerAgentRole(role: AgentRole, brokerUrl: string): Promise<number> {
  return runUntilEnd('agent', role, async (deps) => {
    const [{ runBrokerAgent }, { toBrokerAgentOptions, usesOwnAcvm }, { takeAgentId }, { installedNetworkVersion }] =
      await Promise.all([
        import('../../agent/broker/run-broker-agent.ts'),
        import('./to-agent-options.ts'),
        import('./take-agent-id.ts'),
        import('../../../shared/proving-job/network-version.ts'),
      ]);
    if (usesOwnAcvm(role.settings)) deps.log.info(OWN_ACVM_NOTE);
    const agentId = role.settings.agentId ?? (await takeAgentId());
    const options = toBrokerAgentOptions({ ...role.settings, brokerUrl }, installedNetworkVersion(), agentId);
    await runBrokerAgent(options, { ...deps, nowMs: Date.now });
  });
}

async function runOnEngine(part: string, role: Role, run: (deps: RoleDeps) => Promise<void>): Promise<number> {
  return runUntilEnd(part, role, async (deps) => {
    const engine = await openEngine(role.engineOptions, {
      log: deps.log,
      removesExpired: part === 'node' || part === 'broker',
    });
    const metered = meteredEngine(engine, deps.metrics, Date.now);
    const drills = role.settings.drills === 'allowed' ? openDrills(part, role, engine, deps.log) : undefined;
    const watching = drills?.run(deps.signal);
    try {
      await run({ ...deps, engine: drills === undefined ? metered : drilledEngine(metered, drills), drills });
    } finally {
      if (deps.signal.aborted) await watching;
      await engine.close();
    }
  });
}

function openDrills(part: string, role: Role, { notes }: Engine, log: Logger): DrillWatch {
  const program = `${part} on ${hostname()}, process ${process.pid}`;
  const pollMs = DRILL_POLL_MS[role.engineOptions.engine];
  return new DrillWatch({ note: drillNote(notes), program, pollMs, nowMs: Date.now, log });
}

async function runUntilEnd(part: string, role: Role, run: (deps: ProcessDeps) => Promise<void>): Promise<number> {
  const { settings, engineOptions, environment } = role;
  becomeEnvironment({ ...environment, ...aztecLogging(settings) });
  const log = createLogger(part, toLoggerOptions(settings));
  const signal = endSignal(log);
  // Whatever hangs in the end must not keep the process beyond its time.
  signal.addEventListener('abort', () => {
    setTimeout(
      () => {
        log.error({ drainSeconds: settings.drainSeconds }, 'did not stop in time: exiting');
        process.exit(EXIT_CODES.failed);
      },
      settings.drainSeconds * 1000 + LAST_MOMENTS_MS,
    ).unref();
  });
  const opened = await openProcessMetrics(part, settings);
  try {
    // Before Aztec's packages are loaded.
    if (role.name === 'prover-node') await joinAztecLogs(toLoggerOptions(settings));
    const findings = await untilAborted(examineStart(role), signal).catch((error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    });
    if (findings === undefined) return EXIT_CODES.done;
    const refusal = logFindings(findings, log);
    if (refusal !== undefined) return refusal;
    await run({ metrics: opened.metrics, scrape: opened.scrape, log, signal });
    return EXIT_CODES.done;
  } catch (error) {
    // A stack helps only where the message does not say what to do.
    const explanation = error instanceof InvalidSettingsError ? error.message : explainError(error, engineOptions);
    if (explanation === undefined) log.fatal({ err: error }, 'stopped by an error');
    else log.fatal(explanation);
    log.debug({ err: error }, 'the error');
    return exitCodeOfError(error);
  } finally {
    await opened.close();
  }
}

export function toLoggerOptions({ logLevel, logJson }: Pick<ProcessSettings, 'logLevel' | 'logJson'>): LoggerOptions {
  return { logLevel, ...(logJson === undefined ? {} : { format: logJson ? 'json' : 'text' }) };
}

/** Aztec's loggers read these when they are loaded, here and in processes that this one starts. */
function aztecLogging({ logLevel, logJson }: ProcessSettings): Record<string, string> {
  return { LOG_LEVEL: logLevel, LOG_JSON: String(logJson ?? !process.stderr.isTTY) };
}
