import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';

import { z } from 'zod';

import { replaceFile } from '../../shared/files/replace-file.ts';
import { CIRCUIT_CATALOGUE, type CircuitName, isNative } from '../../shared/proving-job/circuit-catalogue.ts';
import type { ProofMeasurement } from '../agent/families/proof-measurements.ts';

/** Of this machine, from earlier runs: seconds by circuit. */
const Seconds = z.record(z.string(), z.number().positive());

/** Seconds of one core for 2^20 gates, with `bb` 4.1.2: a first guess, of the machine in docs/real-proofs.md. */
const CORE_SECONDS_PER_MEGAGATE = 45;
/** Loading the circuit and executing it. */
const BASE_SECONDS = 3;

/** How long the proofs of a circuit take here: as last time, or by the circuit's size. */
export async function readProofSeconds(crsPath: string): Promise<(circuit: CircuitName) => number | undefined> {
  const known = Seconds.parse(JSON.parse(await readFile(secondsFile(crsPath), 'utf8').catch(() => '{}')));
  return (circuit) => known[circuit] ?? (isNative(circuit) ? guess(CIRCUIT_CATALOGUE[circuit].log2Gates) : undefined);
}

/** Keeps what the proofs took, for the next run. */
export async function writeProofSeconds(crsPath: string, measurements: readonly ProofMeasurement[]): Promise<void> {
  const file = secondsFile(crsPath);
  const known = Seconds.parse(JSON.parse(await readFile(file, 'utf8').catch(() => '{}')));
  const measured = Object.fromEntries(measurements.map(({ circuit, seconds }) => [circuit, seconds]));
  await replaceFile(file, `${JSON.stringify({ ...known, ...measured }, undefined, 2)}\n`);
}

function guess(log2Gates: number): number {
  return BASE_SECONDS + (CORE_SECONDS_PER_MEGAGATE * 2 ** (log2Gates - 20)) / availableParallelism();
}

function secondsFile(crsPath: string): string {
  return path.join(crsPath, 'aztec-proof-seconds.json');
}
