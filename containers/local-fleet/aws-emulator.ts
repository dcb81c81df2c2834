import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { pythonWithMoto } from './python-with-moto.ts';
import { describeEnd, isRunning } from '../processes/process-group.ts';
import { readLastLines } from '../processes/read-last-lines.ts';

export interface AwsEmulatorOptions {
  /** Receives the emulator's errors. @default standard error */
  readonly logFile?: string;
  /** Aborts a start under way; after that, `stop` ends the emulator. */
  readonly signal?: AbortSignal;
}

export interface AwsEmulator {
  /** For the SDK's `endpoint`, or `AWS_ENDPOINT_URL`: `http://localhost:<port>`, reachable only from this machine. */
  readonly endpoint: string;
  readonly pid: number;
  /** Ends the emulator, which loses its data. Safe to call twice. */
  stop(): Promise<void>;
}

/** For the processes that use the emulator. It requires credentials but does not check them, so these are invented. */
export const EMULATOR_VARIABLES = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'emulator',
  AWS_SECRET_ACCESS_KEY: 'emulator',
} as const;

const SERVER = fileURLToPath(new URL('serve-moto.py', import.meta.url));
const START_MS = 120_000;
const LOG_LINES = 5;

/** The emulator did not start, or ended before it could be reached. */
export class AwsEmulatorError extends Error {
  override readonly name = 'AwsEmulatorError';
  readonly logFile: string | undefined;

  constructor(what: string, logFile: string | undefined) {
    const lines = logFile === undefined ? [] : readLastLines(logFile, LOG_LINES);
    const where = logFile === undefined ? '' : `; its log is ${logFile}`;
    super([`the emulator of AWS ${what}${where}`, ...lines].join('\n  '));
    this.logFile = logFile;
  }
}

/**
 * Starts moto on a free port, as the leader of its own process group: a Ctrl-C at the terminal does not reach it. It ends
 * with its parent, however that ends.
 * @throws {MotoUnavailableError} @throws {AwsEmulatorError}
 */
export async function startAwsEmulator({ logFile, signal }: AwsEmulatorOptions = {}): Promise<AwsEmulator> {
  const python = await pythonWithMoto({ ...(signal && { signal }) });
  signal?.throwIfAborted();
  const child = spawnServer(python, logFile);
  const stop = async (): Promise<void> => {
    if (!isRunning(child)) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  try {
    const port = await portOf(child, logFile, signal);
    return { endpoint: `http://localhost:${port}`, pid: child.pid ?? 0, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function spawnServer(python: string, logFile: string | undefined): ChildProcess {
  if (logFile !== undefined) fs.mkdirSync(path.dirname(logFile), { recursive: true });
  const log = logFile === undefined ? 'inherit' : fs.openSync(logFile, 'a');
  try {
    // Its standard input carries no data: it closes when this process ends, and then the emulator ends too.
    return spawn(python, [SERVER], { env: withoutAws(process.env), detached: true, stdio: ['pipe', 'pipe', log] });
  } finally {
    if (typeof log === 'number') fs.closeSync(log);
  }
}

async function portOf(
  child: ChildProcess,
  logFile: string | undefined,
  signal: AbortSignal | undefined,
): Promise<string> {
  const timeout = AbortSignal.timeout(START_MS);
  return await new Promise((resolve, reject) => {
    const fail = (what: string): void => reject(new AwsEmulatorError(what, logFile));
    child.once('error', (error) => fail(`could not be started: ${error.message}`));
    child.once('exit', (code, by) => fail(describeEnd(code, by)));
    timeout.addEventListener('abort', () => fail(`did not start within ${START_MS / 1000} s`));
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    createInterface({ input: child.stdout as Readable }).on('line', (line) => {
      const port = /^listening on (\d+)$/.exec(line)?.[1];
      if (port !== undefined) resolve(port);
    });
  });
}

/** The emulator needs no real credentials. */
function withoutAws(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('AWS_')));
}
