import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import { NativeCircuit } from '../../../shared/proving-job/circuit-catalogue.ts';

/** What one real proof took. */
export const ProofMeasurement = z.strictObject({
  circuit: NativeCircuit,
  /** Witness and proof. */
  seconds: z.number().nonnegative(),
  /** Of `bb`, resident, at its highest; 0 where the system does not say. */
  peakMemoryMib: z.number().int().nonnegative(),
  memoryMode: z.enum(['normal', 'low']),
  /** Threads of `bb`. */
  threads: z.number().int().positive(),
});
export type ProofMeasurement = z.infer<typeof ProofMeasurement>;

/** Beside the working files of `bb`: one line of JSON a proof. */
const FILE = 'proof-measurements.jsonl';

export async function noteMeasurement(workingDirectory: string, measurement: ProofMeasurement): Promise<void> {
  await appendFile(path.join(workingDirectory, FILE), `${JSON.stringify(measurement)}\n`);
}

/** @returns none if no proof was made with that working directory */
export async function readMeasurements(workingDirectory: string): Promise<readonly ProofMeasurement[]> {
  const text = await readFile(path.join(workingDirectory, FILE), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ProofMeasurement.parse(JSON.parse(line)));
}
