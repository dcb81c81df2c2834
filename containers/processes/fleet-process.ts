import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface FleetProcessOptions {
  /** For messages, and for the log file. */
  readonly name: string;
  /** What runs. @default `coppice` */
  readonly program?: string;
  /** What stands after its name on an operator's command line. */
  readonly commandLine: readonly string[];
  /** The process's whole environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where the process starts, and finds its `.env`. */
  readonly workingDirectory: string;
  readonly logDirectory: string;
}

const COMMAND_LINE_PROGRAM = fileURLToPath(new URL('../cli.ts', import.meta.url));

/** A process of the fleet ended by itself. */
export class FleetProcessEndedError extends Error {
  override readonly name = 'FleetProcessEndedError';
  readonly processName: string;
  readonly logFile: string;

  constructor(processName: string, how: string, logFile: string) {
    super(`${processName} ${how}; its log is ${logFile}`);
    this.processName = processName;
    this.logFile = logFile;
  }
}

/**
 * A prover node, an agent or a function, started by its command line as an operator starts it, in a process group of its own: a Ctrl-C
 * at the terminal does not reach it. It ends with its parent, however that ends.
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
      const onEnd = (how: string): void => {
        // What it started is in its group, and may outlive it.
        this.#signalGroup('SIGKILL');
        resolve(new FleetProcessEndedError(name, how, logFile));
      };
      child.once('error', (error) => onEnd(`could not be started: ${error.message}`));
      child.once('exit', (code, signal) =>
        onEnd(`ended ${signal === null ? `with code ${code ?? -1}` : `by ${signal}`}`),
      );
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
        // The channel says nothing: the process sees it close when this one has gone, and then ends too.
        stdio: ['ignore', log, log, 'ipc'],
      });
      return new FleetProcess(name, child, logFile);
    } finally {
      fs.closeSync(log);
    }
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && this.#child.pid !== undefined;
  }

  /** Asks the process to end, kills it after `withinSeconds`, and waits until it and its group have gone. */
  async stop(withinSeconds: number): Promise<void> {
    if (this.isRunning) this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.kill(), withinSeconds * 1000);
    await this.ended;
    clearTimeout(timer);
  }

  /** `kill -9`: the process gets no chance to do anything. */
  kill(): void {
    if (this.isRunning) this.#child.kill('SIGKILL');
  }

  #signalGroup(signal: NodeJS.Signals): void {
    if (this.pid === 0) return;
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
