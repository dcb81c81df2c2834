import { type ChildProcess, fork } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';

import { DevnetProgramError } from './errors.ts';
import { ProgramReport } from './program-messages.ts';

export interface DevnetProgramOptions<Ready> {
  /** For messages and the log file. */
  readonly name: string;
  /** A script that calls `runDevnetProgram`. */
  readonly entry: URL;
  /** Of what the program answers once it works. */
  readonly ready: z.ZodType<Ready>;
  readonly logDirectory: string;
  /** The program's whole environment. */
  readonly environment: NodeJS.ProcessEnv;
  /** Called for each thing that the program tells, before and after it is ready. */
  readonly onTold?: (value: unknown) => void;
}

/** What a program may take to load and to become ready, on a slow machine. */
const READY_SECONDS = 240;

/** What a program may take to stop by itself before it is killed. */
const STOP_SECONDS = 5;

/**
 * One program of the devnet, in a process group of its own. It ends with its parent, however that ends: an orderly stop
 * asks for it, and a parent that was killed closes the channel between them. A Ctrl-C at the terminal does not reach it.
 */
export class DevnetProgram<Ready> {
  /** Resolves, and never rejects, when the program has ended, on purpose or not. */
  readonly ended: Promise<DevnetProgramError>;
  readonly #options: DevnetProgramOptions<Ready>;
  readonly #child: ChildProcess;
  readonly #logFile: string;
  #failure: string | undefined;

  /** Starts to load the program. It does nothing before it is told its configuration. */
  constructor(options: DevnetProgramOptions<Ready>) {
    this.#options = options;
    this.#logFile = path.join(options.logDirectory, `${options.name}.log`);
    fs.mkdirSync(options.logDirectory, { recursive: true });
    const log = fs.openSync(this.#logFile, 'a');
    this.#child = fork(options.entry, {
      execArgv: [],
      detached: true,
      env: options.environment,
      stdio: ['ignore', log, log, 'ipc'],
    });
    fs.closeSync(log);
    this.ended = new Promise((resolve) => {
      const onEnd = (what: string, cause?: Error): void => {
        killGroup(this.#child.pid);
        resolve(new DevnetProgramError(options.name, what, this.#logFile, { cause }));
      };
      this.#child.once('error', (error) => {
        onEnd('cannot be started', error);
      });
      this.#child.once('exit', (code, signal) => {
        onEnd(this.#failure ?? `ended ${signal === null ? `with code ${code ?? -1}` : `by ${signal}`}`);
      });
    });
  }

  /**
   * Tells the program its configuration and waits until it works.
   * @param configuration plain JSON
   * @throws {DevnetProgramError} when it ends or fails before that, or takes too long.
   */
  async configure(configuration: object): Promise<Ready> {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Ready>((resolve, reject) => {
        void this.ended.then(reject);
        timer = setTimeout(() => {
          reject(new DevnetProgramError(this.#options.name, `was not ready in ${READY_SECONDS} s`, this.#logFile));
        }, READY_SECONDS * 1000);
        this.#child.on('message', (message) => {
          const report = ProgramReport.parse(message);
          if (report.kind === 'failed') this.#failure = `failed: ${report.message}`;
          else if (report.kind === 'told') this.#options.onTold?.(report.value);
          else resolve(this.#options.ready.parse(report.value));
        });
        // A program that has ended is told by its end, which says more than the failed write.
        if (this.#child.connected) this.#child.send(configuration, () => undefined);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks the program to stop, kills it if it does not, and waits until it and all that it started have gone. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_SECONDS * 1000);
    await this.ended;
    clearTimeout(timer);
  }
}

/** What a program started (anvil, forge) is in its group, and may outlive it. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
