import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';

import { BackendType, Barretenberg } from 'bb.js-canary';
import { findPackageRoot } from 'bb.js-canary/platform';

import { pause } from '../../../shared/retry/pause.ts';
import { isRunning } from '../../processes/process-group.ts';
import { errorText } from '../../../shared/telemetry/error-text.ts';
import { isOutOfMemory, type ProcessEnd } from './out-of-memory.ts';
import { ProofFailedError } from './prover-family.ts';

/** How one `bb` is started. */
export interface BbOptions {
  readonly crsPath: string;
  /** @default as many as this process may use */
  readonly threads?: number | undefined;
}

/** How much is kept of what it writes: its allocator's last words. */
const KEPT_CHARACTERS = 4000;

/** Its socket may close this long before its exit is reported. */
const EXIT_REPORT_MS = 1000;

interface RunningBb {
  readonly bb: Barretenberg;
  /** How it ended, if it has; waits a moment for an exit that is under way. */
  end(): Promise<ProcessEnd>;
}

/**
 * One `bb` for any number of proofs: it starts once and loads the reference string once. When it has died the next request
 * starts another. It ends with this process, however that ends: the kernel signals it.
 */
export class BbProcess {
  readonly #options: BbOptions;
  #running: Promise<RunningBb> | undefined;

  constructor(options: BbOptions) {
    this.#options = options;
  }

  /** @throws {ProofFailedError} with the message of `bb`; `out-of-memory` if it ran out of memory, or was killed for it. */
  async call<Result>(action: (bb: Barretenberg) => Promise<Result>): Promise<Result> {
    this.#running ??= this.#start().catch((error: unknown) => {
      this.#running = undefined;
      const output = errorText(error);
      const cause = isOutOfMemory({ output }) ? 'out-of-memory' : 'failure';
      throw new ProofFailedError(cause, `bb did not start: ${output}`, { cause: error });
    });
    const running = await this.#running;
    try {
      return await action(running.bb);
    } catch (error) {
      const message = errorText(error);
      const end = await running.end();
      // Its memory cannot be trusted after a failure.
      await this.stop();
      const cause = isOutOfMemory({ ...end, output: `${message}\n${end.output}` }) ? 'out-of-memory' : 'failure';
      const reason = end.signal === 'SIGKILL' ? 'bb was killed' : `bb: ${message}`;
      throw new ProofFailedError(cause, reason, { cause: error });
    }
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await (await running)?.bb.destroy();
  }

  async #start(): Promise<RunningBb> {
    const bbPath = findBb();
    if (bbPath === undefined) throw new Error(`bb.js has no bb for ${process.platform} on ${process.arch}`);
    const threads = this.#options.threads ?? availableParallelism();
    let output = '';
    const logger = (line: string): void => {
      output = `${output}\n${line}`.slice(-KEPT_CHARACTERS);
    };
    const bb = await withCrsPath(this.#options.crsPath, () =>
      Barretenberg.new({ backend: BackendType.NativeUnixSocket, threads, bbPath, logger }),
    );
    // bb.js does not expose how the process ended, and only a kill distinguishes a lack of memory from a failure.
    const { process: child } = (bb as unknown as { readonly backend: { readonly process: ChildProcess } }).backend;
    return {
      bb,
      async end() {
        const hasMoreToSay = child.stderr?.readableEnded === false;
        if (isRunning(child) || hasMoreToSay) await Promise.race([once(child, 'close'), pause(EXIT_REPORT_MS)]);
        return { exitCode: child.exitCode, signal: child.signalCode, output };
      },
    };
  }
}

/**
 * bb.js passes on its environment, and takes the path of the reference string in no other way. It starts `bb` before it
 * returns, so no other prover in this process gets the path.
 */
function withCrsPath<Started>(crsPath: string, start: () => Started): Started {
  const { CRS_PATH: own } = process.env;
  process.env['CRS_PATH'] = crsPath;
  try {
    return start();
  } finally {
    if (own === undefined) delete process.env['CRS_PATH'];
    else process.env['CRS_PATH'] = own;
  }
}

/**
 * The `bb` that came with bb.js; `undefined` if it has none for this machine. `BB_BINARY_PATH` names Aztec's `bb`, whose
 * version does not read these circuits.
 */
export function findBb(): string | undefined {
  const packageRoot = findPackageRoot();
  if (packageRoot === null) return undefined;
  const platform = `${process.arch === 'x64' ? 'amd64' : process.arch}-${process.platform === 'darwin' ? 'macos' : process.platform}`;
  const binary = path.join(packageRoot, 'build', platform, 'bb');
  return existsSync(binary) ? binary : undefined;
}
