import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type EmbeddedEngineOptions, openEmbeddedEngine } from '../../shared/engine/embedded/embedded-engine.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { JUMP_SECONDS, jumpingClock } from './jumping-clock.ts';

const LEASE_SECONDS = 120;

/** Two processes' worth of embedded engine over one new folder, on a clock that the test moves. */
export interface EmbeddedHarness {
  readonly engine: Engine;
  /** Another connection to the same files, as another process would have. */
  readonly elsewhere: Engine;
  readonly dataDirectory: string;
  readonly leaseSeconds: number;
  nowMs(): number;
  elapse(seconds: number): Promise<void>;
  close(): Promise<void>;
}

export type EmbeddedHarnessOptions = Pick<EmbeddedEngineOptions, 'attemptBudgets' | 'readFreeBytes'> & {
  /** Whether the wall clock is set forward or back whenever time goes by. */
  readonly jumps?: boolean;
};

export async function openEmbeddedHarness({
  jumps = false,
  ...options
}: EmbeddedHarnessOptions = {}): Promise<EmbeddedHarness> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'coppice-contract-'));
  let steadyMs = 100_000_000;
  const jump = jumpingClock(jumps ? JUMP_SECONDS : 0);
  const nowMs = (): number => 1_700_000_000_000 + steadyMs + jump.ms;
  const open = (): Engine =>
    openEmbeddedEngine({
      dataDirectory,
      leaseSeconds: LEASE_SECONDS,
      nowMs,
      steadyMs: () => steadyMs,
      readFreeBytes: async () => 20 * 2 ** 30,
      ...options,
    });
  const engine = open();
  const elsewhere = open();
  return {
    engine,
    elsewhere,
    dataDirectory,
    leaseSeconds: LEASE_SECONDS,
    nowMs,
    elapse: async (seconds) => {
      steadyMs += seconds * 1000;
      jump.next();
    },
    close: async () => {
      await engine.close();
      await elsewhere.close();
      await rm(dataDirectory, { recursive: true });
    },
  };
}
