import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { BackendType, Barretenberg } from 'bb.js-canary';
import { findPackageRoot } from 'bb.js-canary/platform';

import { ProofFailedError } from './prover-family.ts';

/** What one `bb` is started with. */
export interface BbOptions {
  readonly crsPath: string;
  /** @default as many as this process may use */
  readonly threads?: number | undefined;
}

/** How `bb` says that there is no memory for it. */
const OUT_OF_MEMORY = /bad_alloc|out of memory|cannot allocate/i;

/** Its socket may close before its end is known. */
const END_IS_KNOWN_MS = 1000;

interface RunningBb {
  readonly bb: Barretenberg;
  /** The signal that ended it, if one did; waits a moment for an end that is under way. */
  endedBy(): Promise<NodeJS.Signals | null>;
}

/**
 * One `bb` for as many proofs as come: it starts once and loads the reference string once. When it has died the next
 * request starts another. It dies with this process, whatever ends that: the kernel tells it.
 */
export class BbProcess {
  readonly #options: BbOptions;
  #running: Promise<RunningBb> | undefined;

  constructor(options: BbOptions) {
    this.#options = options;
  }

  /** @throws {ProofFailedError} with what `bb` said; `out-of-memory` if it ran out of it, or was killed to make room. */
  async ask<Answer>(question: (bb: Barretenberg) => Promise<Answer>): Promise<Answer> {
    this.#running ??= this.#start().catch((error: unknown) => {
      this.#running = undefined;
      throw error;
    });
    const running = await this.#running;
    try {
      return await question(running.bb);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const isKilled = (await running.endedBy()) === 'SIGKILL';
      // What it has in memory after a failure is nobody's to trust.
      await this.stop();
      const cause = isKilled || OUT_OF_MEMORY.test(message) ? 'out-of-memory' : 'failure';
      throw new ProofFailedError(cause, isKilled ? 'bb was killed' : `bb: ${message}`, { cause: error });
    }
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await (await running)?.bb.destroy();
  }

  async #start(): Promise<RunningBb> {
    const bbPath = findBb();
    if (bbPath === undefined) throw new Error(`there is no bb for ${process.platform} on ${process.arch}`);
    const threads = this.#options.threads ?? availableParallelism();
    const bb = await withCrsPath(this.#options.crsPath, () =>
      Barretenberg.new({ backend: BackendType.NativeUnixSocket, threads, bbPath }),
    );
    // It tells nobody how its process ended, and a kill is what tells a lack of memory from a failure.
    const { process: child } = (bb as unknown as { readonly backend: { readonly process: ChildProcess } }).backend;
    return {
      bb,
      async endedBy() {
        if (child.exitCode === null && child.signalCode === null) {
          await Promise.race([once(child, 'exit'), sleep(END_IS_KNOWN_MS)]);
        }
        return child.signalCode;
      },
    };
  }
}

/**
 * bb.js hands its own environment on, and has no other way to say where the reference string is. It starts `bb` before it
 * returns, so that no other prover in this process sees the path.
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
 * The `bb` that came with bb.js; `undefined` where there is none for this machine. `BB_BINARY_PATH` names Aztec's, of
 * another version, which does not read these circuits.
 */
export function findBb(): string | undefined {
  const packageRoot = findPackageRoot();
  if (packageRoot === null) return undefined;
  const platform = `${process.arch === 'x64' ? 'amd64' : process.arch}-${process.platform === 'darwin' ? 'macos' : process.platform}`;
  const binary = path.join(packageRoot, 'build', platform, 'bb');
  return existsSync(binary) ? binary : undefined;
}
