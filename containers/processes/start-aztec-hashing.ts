import type { ChildProcess } from 'node:child_process';

import { Barretenberg } from '@aztec/bb.js';

import { backoffMs } from '../../shared/retry/backoff.ts';
import { pause } from '../../shared/retry/pause.ts';
import { errorText } from '../../shared/telemetry/error-text.ts';

const ATTEMPTS = 5;
const BACKOFF = { firstMs: 100 };
const ZERO = new Uint8Array(32);

/**
 * Starts the `bb` that computes every Poseidon2 hash of this process, and another one when it ends. Call it before Aztec's
 * code runs: bb.js connects as soon as the socket's file exists, which may be before `bb` listens, and keeps a `bb` that
 * it did not reach, or that has ended, for as long as the process lives.
 * @param onFailure called before each further attempt
 * @throws {Error} when no attempt reached a `bb`
 */
export async function startAztecHashing(onFailure: (error: unknown) => void = () => undefined): Promise<void> {
  for (let failures = 1; ; failures += 1) {
    try {
      const bb = await Barretenberg.initSingleton();
      await bb.poseidon2Hash({ inputs: [ZERO] });
      replaceWhenEnded(bb, onFailure);
      return;
    } catch (error) {
      await Barretenberg.destroySingleton();
      if (failures === ATTEMPTS) {
        throw new Error(`bb, which computes Aztec's hashes, did not start: ${errorText(error)}`, { cause: error });
      }
      onFailure(error);
      await pause(backoffMs(failures, BACKOFF));
    }
  }
}

function replaceWhenEnded(bb: Barretenberg, onFailure: (error: unknown) => void): void {
  // bb.js does not expose its process. It removes all listeners when it ends the process itself.
  const { process: child } = (bb as unknown as { readonly backend: { readonly process: ChildProcess } }).backend;
  child.once('exit', (code, signal) => {
    onFailure(new Error(`bb, which computes Aztec's hashes, ended with ${signal ?? `exit code ${code}`}`));
    void Barretenberg.destroySingleton().then(() => startAztecHashing(onFailure).catch(onFailure));
  });
}
