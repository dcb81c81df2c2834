import { type ChildProcess, fork } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';

import { LocalProgramError } from './errors.ts';
import { describeEnd, killGroup } from './process-group.ts';
import { ProgramReport } from './program-messages.ts';

export interface LocalProgramOptions<Ready> {
  /** For messages and the log file. */
  readonly name: string;
  /** A script that calls `runLocalProgram`. */
  readonly entry: URL;
  /** The schema of what the program reports once it is ready. */
  readonly ready: z.ZodType<Ready>;
  readonly logDirectory: string;
  /** The program's complete environment. */
  readonly environment: NodeJS.ProcessEnv;
  /** How long it may take to load and become ready, on a slow machine. @default 240 */
  readonly readySeconds?: number;
  /** Called for each progress report of the program, before and after it is ready. */
  readonly onProgress?: (value: unknown) => void;
}

const READY_SECONDS = 240;

/** How long a program may take to stop before it is killed. */
const STOP_SECONDS = 5;

/**
 * A program of a local network (anvil, the sequencer, the traffic), as the leader of its own process group: a Ctrl-C at the
 * terminal does not reach it. It ends with its parent, however that ends: an orderly parent stops it, and a parent that was
 * killed closes the channel between them.
 */
export class LocalProgram<Ready> {
  /** Resolves when the program has ended, on purpose or not; never rejects. */
  readonly ended: Promise<LocalProgramError>;
  readonly #options: LocalProgramOptions<Ready>;
  readonly #child: ChildProcess;
  readonly #logFile: string;
  #failure: string | undefined;

  /** Starts to load the program, which then waits for {@link configure}. */
  constructor(options: LocalProgramOptions<Ready>) {
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
        killGroup(this.#child);
        resolve(new LocalProgramError(options.name, what, this.#logFile, { cause }));
      };
      this.#child.once('error', (error) => {
        onEnd('cannot be started', error);
      });
      this.#child.once('exit', (code, signal) => {
        onEnd(this.#failure ?? describeEnd(code, signal));
      });
    });
  }

  /**
   * Sends the program its configuration and waits until it is ready.
   * @param configuration plain JSON
   * @throws {LocalProgramError} when it ends or fails before that, or takes too long.
   */
  async configure(configuration: object): Promise<Ready> {
    const { readySeconds = READY_SECONDS } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Ready>((resolve, reject) => {
        void this.ended.then(reject);
        timer = setTimeout(() => {
          reject(new LocalProgramError(this.#options.name, `was not ready in ${readySeconds} s`, this.#logFile));
        }, readySeconds * 1000);
        this.#child.on('message', (message) => {
          const report = ProgramReport.parse(message);
          if (report.kind === 'failed') this.#failure = `failed: ${report.message}`;
          else if (report.kind === 'progress') this.#options.onProgress?.(report.value);
          else resolve(this.#options.ready.parse(report.value));
        });
        // When the program has ended, its end says more than the failed write.
        if (this.#child.connected) this.#child.send(configuration, () => undefined);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks the program to stop, kills it if it does not, and waits until it and all that it started have ended. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_SECONDS * 1000);
    await this.ended;
    clearTimeout(timer);
  }
}
