import { parseAgentSettings } from '../../../shared/config/groups/agent-settings.ts';
import { engineOptionsOf } from '../../../shared/engine/engine-options.ts';
import type { EngineSettings } from '../../../shared/config/groups/engine-settings.ts';
import { parseNodeSettings } from '../../../shared/config/groups/node-settings.ts';
import type { PROCESS_SETTINGS } from '../../../shared/config/groups/process-settings.ts';
import type { SettingsOf } from '../../../shared/config/setting.ts';
import { openEngine } from '../../../shared/engine/open-engine.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { createLogger, type Logger, type LoggerOptions } from '../../../shared/telemetry/logger.ts';
import { joinAztecLogs } from '../../../shared/telemetry/join-aztec-logs.ts';
import { meteredEngine } from '../../../shared/engine/metered-engine.ts';
import type { Metrics } from '../../../shared/telemetry/metrics.ts';
import { NO_METRICS, openMetrics } from '../../../shared/telemetry/open-metrics.ts';
import { endSignal } from '../../processes/end-signals.ts';
import { EXIT_CODES } from '../../processes/exit-codes.ts';
import type { Role } from './role.ts';

type ProcessSettings = SettingsOf<(typeof PROCESS_SETTINGS)['settings']>;

/** After the time to drain is over, for the engine to close and the last lines to be written. */
const LAST_MOMENTS_MS = 2_000;

interface RoleDeps {
  readonly engine: Engine;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Runs one role in this process, until it is told to end.
 * @param environment its whole configuration, which becomes the environment of this process: Aztec's packages read it
 * @returns the exit code; what the role left open must not keep the process, so exit with it
 */
export async function runRole(role: Role, environment: Readonly<Record<string, string>>): Promise<number> {
  return role === 'prover-node' ? runNodeRole(environment) : runAgentRole(environment);
}

async function runNodeRole(environment: Readonly<Record<string, string>>): Promise<number> {
  const settings = parseNodeSettings(environment);
  return runUntilEnd('node', settings, environment, async (deps) => {
    await joinAztecLogs(loggerOptionsOf(settings));
    const { runNode } = await import('../../node/run-node.ts');
    await runNode(settings, deps);
  });
}

async function runAgentRole(environment: Readonly<Record<string, string>>): Promise<number> {
  const settings = parseAgentSettings(environment);
  return runUntilEnd('agent', settings, environment, async (deps) => {
    const [{ runAgent }, { agentOptionsOf }, { installedNetworkVersion }] = await Promise.all([
      import('../../agent/run-agent.ts'),
      import('./agent-options-of.ts'),
      import('../../../shared/proving-job/network-version.ts'),
    ]);
    await runAgent(agentOptionsOf(settings, installedNetworkVersion()), { ...deps, nowMs: Date.now });
  });
}

async function runUntilEnd(
  part: string,
  settings: ProcessSettings & EngineSettings,
  environment: Readonly<Record<string, string>>,
  run: (deps: RoleDeps) => Promise<void>,
): Promise<number> {
  becomeEnvironment({ ...environment, ...aztecLogging(settings) });
  const log = createLogger(part, loggerOptionsOf(settings));
  const signal = endSignal(log);
  // Whatever hangs in the end must not keep the process beyond its time.
  signal.addEventListener('abort', () => {
    setTimeout(
      () => {
        log.error({ drainSeconds: settings.drainSeconds }, 'did not end in time: leaving');
        process.exit(EXIT_CODES.failed);
      },
      settings.drainSeconds * 1000 + LAST_MOMENTS_MS,
    ).unref();
  });
  let engine: Engine | undefined;
  try {
    engine = await openEngine(engineOptionsOf(settings), { log });
    const metrics = openMetrics(settings);
    // What is not measured need not be looked up for it.
    const used = metrics === NO_METRICS ? engine : meteredEngine(engine, metrics, Date.now);
    await run({ engine: used, metrics, log, signal });
    return EXIT_CODES.done;
  } catch (error) {
    log.fatal({ err: error }, 'stopped by an error');
    return isHopeless(error) ? EXIT_CODES.unfit : EXIT_CODES.failed;
  } finally {
    await engine?.close();
  }
}

export function loggerOptionsOf({ logLevel, logJson }: Pick<ProcessSettings, 'logLevel' | 'logJson'>): LoggerOptions {
  return { logLevel, ...(logJson === undefined ? {} : { format: logJson ? 'json' : 'text' }) };
}

/** Aztec's loggers read these when they are loaded, here and in processes that this one starts. */
function aztecLogging({ logLevel, logJson }: ProcessSettings): Record<string, string> {
  return { LOG_LEVEL: logLevel, LOG_JSON: String(logJson ?? !process.stderr.isTTY) };
}

function becomeEnvironment(environment: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) {
    if (environment[name] === undefined) Reflect.deleteProperty(process.env, name);
  }
  Object.assign(process.env, environment);
}

/** What these say stays true however often the process is started. */
const HOPELESS_ERRORS = new Set([
  'AgentUnfitError',
  'CircuitsDifferError',
  'ForeignDatabaseError',
  'SchemaVersionError',
]);

function isHopeless(error: unknown): boolean {
  return error instanceof Error && HOPELESS_ERRORS.has(error.name);
}
