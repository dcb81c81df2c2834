import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type EmbeddedEngineOptions, openEmbeddedEngine } from '../../shared/engine/embedded/embedded-engine.ts';
import type { Engine } from '../../shared/engine/engine.ts';

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

export async function openEmbeddedHarness(
  options: Pick<EmbeddedEngineOptions, 'attemptBudgets'> = {},
): Promise<EmbeddedHarness> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'coppice-contract-'));
  let nowMs = 1_800_000_000_000;
  const open = (): Engine =>
    openEmbeddedEngine({ dataDirectory, leaseSeconds: LEASE_SECONDS, nowMs: () => nowMs, ...options });
  const engine = open();
  const elsewhere = open();
  return {
    engine,
    elsewhere,
    dataDirectory,
    leaseSeconds: LEASE_SECONDS,
    nowMs: () => nowMs,
    elapse: async (seconds) => void (nowMs += seconds * 1000),
    close: async () => {
      await engine.close();
      await elsewhere.close();
      await rm(dataDirectory, { recursive: true });
    },
  };
}
