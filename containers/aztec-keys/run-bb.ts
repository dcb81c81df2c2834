import { spawn } from 'node:child_process';

import { PeakMemory } from '../processes/peak-memory.ts';

export interface BbRun {
  readonly seconds: number;
  /** Resident memory at its highest; 0 where the system does not say. */
  readonly peakMemoryMib: number;
}

export interface RunBbOptions {
  readonly bbPath: string;
  readonly crsPath: string;
  /** @default as many as the machine has cores */
  readonly threads?: number;
  /** Keeps polynomials in files instead of memory: slower. @default false */
  readonly isLowMemory?: boolean;
  readonly signal?: AbortSignal;
}

/** How much is kept of what it writes. */
const KEPT_CHARACTERS = 2000;

/**
 * Runs a command of `bb` to its end.
 * @throws {Error} with its last words, if it fails
 */
export async function runBb(
  commandLine: readonly string[],
  { bbPath, crsPath, threads, isLowMemory = false, signal }: RunBbOptions,
): Promise<BbRun> {
  const startedAtMs = performance.now();
  const bb = spawn(bbPath, commandLine, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CRS_PATH: crsPath, ...threadVariables(threads), ...lowMemoryVariables(isLowMemory) },
    ...(signal && { signal }),
  });
  const memory = new PeakMemory(bb.pid ?? 0);
  let output = '';
  const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-KEPT_CHARACTERS));
  bb.stdout.on('data', keep);
  bb.stderr.on('data', keep);
  const [code, ending] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    bb.once('error', reject);
    bb.once('close', (...end) => resolve(end));
  }).finally(() => memory.stop());
  if (code !== 0)
    throw new Error(`bb ${commandLine[0] ?? ''} ended with ${ending ?? `exit code ${code}`}: ${output.trim()}`);
  return { seconds: (performance.now() - startedAtMs) / 1000, peakMemoryMib: memory.stop() };
}

/** The variables that make any `bb` of 4.1.2 keep its polynomials in files under `TMPDIR`. */
export function lowMemoryVariables(isLowMemory: boolean): Readonly<Record<string, string>> {
  return isLowMemory ? { BB_SLOW_LOW_MEMORY: '1' } : {};
}

/** The variables that give `bb` so many threads, more than there are cores if need be. */
export function threadVariables(threads: number | undefined): Readonly<Record<string, string>> {
  return threads === undefined ? {} : { HARDWARE_CONCURRENCY: String(threads) };
}
