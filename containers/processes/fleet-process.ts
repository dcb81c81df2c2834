import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { describeEnd, isRunning, killGroup } from './process-group.ts';

export interface FleetProcessOptions {
  /** For messages, and for the log file. */
  readonly name: string;
  /** The script that runs. @default `coppice` */
  readonly program?: string;
  /** The arguments, as on an operator's command line. */
  readonly commandLine: readonly string[];
  /** The process's complete environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where the process starts, and finds its `.env`. */
  readonly workingDirectory: string;
  readonly logDirectory: string;
}

const COMMAND_LINE_PROGRAM = fileURLToPath(new URL('../cli.ts', import.meta.url));

/** A process of the fleet has ended. */
export class FleetProcessEndedError extends Error {
  override readonly name = 'FleetProcessEndedError';
  readonly processName: string;
  readonly logFile: string;
  /** Whether it exited with an error by itself: nobody has stopped or killed it. */
  readonly hasFailed: boolean;

  constructor(processName: string, how: string, logFile: string, { hasFailed = true } = {}) {
    super(`${processName} ${how}; its log is ${logFile}`);
    this.processName = processName;
    this.logFile = logFile;
    this.hasFailed = hasFailed;
  }
}

/**
 * A prover node, an agent or a function, started by its command line as an operator starts it, as the leader of its own
 * process group: a Ctrl-C at the terminal does not reach it. It ends with its parent, however that ends.
 */
export class FleetProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the process has ended, on purpose or not. */
  readonly ended: Promise<FleetProcessEndedError>;
  readonly #child: ChildProcess;

  private constructor(name: string, child: ChildProcess, logFile: string) {
    this.name = name;
    this.pid = child.pid ?? 0;
    this.logFile = logFile;
    this.#child = child;
    this.ended = new Promise((resolve) => {
      const onEnd = (how: string, hasFailed: boolean): void => {
        killGroup(child);
        resolve(new FleetProcessEndedError(name, how, logFile, { hasFailed }));
      };
      child.once('error', (error) => onEnd(`could not be started: ${error.message}`, true));
      child.once('exit', (code, signal) => onEnd(describeEnd(code, signal), code !== null && code !== 0));
    });
  }

  static start(options: FleetProcessOptions): FleetProcess {
    const { name, program = COMMAND_LINE_PROGRAM, commandLine, environment, workingDirectory, logDirectory } = options;
    fs.mkdirSync(logDirectory, { recursive: true });
    const logFile = path.join(logDirectory, `${name}.log`);
    const log = fs.openSync(logFile, 'a');
    try {
      const child = spawn(process.execPath, ['--', program, ...commandLine], {
        cwd: workingDirectory,
        env: environment,
        detached: true,
        // The channel carries no messages: it closes when this process ends, and then the child ends too.
        stdio: ['ignore', log, log, 'ipc'],
      });
      return new FleetProcess(name, child, logFile);
    } finally {
      fs.closeSync(log);
    }
  }

  get isRunning(): boolean {
    return isRunning(this.#child);
  }

  /** Asks the process to end, kills it after `withinSeconds`, and waits until it and its group have ended. */
  async stop(withinSeconds: number): Promise<void> {
    if (this.isRunning) this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.kill(), withinSeconds * 1000);
    await this.ended;
    clearTimeout(timer);
  }

  /** `kill -9`: the process cannot react. */
  kill(): void {
    if (this.isRunning) this.#child.kill('SIGKILL');
  }
}
