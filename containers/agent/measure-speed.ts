import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import path from 'node:path';

import { z } from 'zod';

import { readCrs } from '../../shared/crs/read-crs.ts';
import { replaceFile } from '../../shared/files/replace-file.ts';
import { CIRCUIT_CATALOGUE } from '../../shared/proving-job/circuit-catalogue.ts';
import { type SpeedClass, speedClassOf } from '../../shared/proving-job/speed-class.ts';
import { bytecodeOf } from '../aztec-keys/bytecode.ts';
import { verifierTargetOf } from '../aztec-keys/circuit-artifacts.ts';
import { runBb } from '../aztec-keys/run-bb.ts';

/** The `bb` to measure, and where. */
export interface MeasureSpeedOptions {
  readonly bbPath: string;
  readonly crsPath: string;
  /** Where the result is kept, for later starts. */
  readonly workingDirectory: string;
  readonly networkVersion: string;
  /** @default the machine's cores */
  readonly threads?: number | undefined;
}

/** Its key is made, of which most is what most of a proof is: commitments, in all threads. Of 2^20 gates, and one gigabyte. */
export const SPEED_CIRCUIT = 'BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP';
const ARTIFACT = 'artifacts/rollup_block_root_first_empty_tx.json';
/** On the machine whose speed is 1, while it does nothing else. */
const REFERENCE_SECONDS = 7.5;
/** An agent whose machine takes longer, or is busy, begins without knowing its speed. */
const LIMIT_MS = 20_000;

const Artifact = z.object({ bytecode: z.string() });
/** Of one `bb`, one machine and one number of threads, which `of` names. */
const Known = z.object({ of: z.string(), seconds: z.number().positive() });

/**
 * Measures how fast `bb` proves here, once for its version and the machine: it makes the key of a small circuit, which takes seconds.
 * @returns `undefined` where `bb` would have to fetch its reference string first
 * @throws {Error} if `bb` fails or takes too long; the signal's reason, when it aborts
 */
export async function measureSpeed(options: MeasureSpeedOptions, signal: AbortSignal): Promise<SpeedClass | undefined> {
  const { workingDirectory, networkVersion, crsPath, threads = availableParallelism() } = options;
  const file = path.join(workingDirectory, 'bb-speed.json');
  const of = `bb ${networkVersion}, ${threads} threads on ${cpus().length} x ${cpus()[0]?.model ?? process.arch}`;
  const known = await readKnown(file);
  if (known?.of === of) return toSpeedClass(known.seconds);
  const crs = await readCrs(crsPath);
  if (crs === undefined || crs.points <= 2 ** CIRCUIT_CATALOGUE[SPEED_CIRCUIT].log2Gates) return undefined;
  const seconds = await makeKey({ ...options, threads }, AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]));
  await replaceFile(file, `${JSON.stringify({ of, seconds })}\n`);
  return toSpeedClass(seconds);
}

async function makeKey(
  { bbPath, crsPath, threads }: MeasureSpeedOptions & { readonly threads: number },
  signal: AbortSignal,
): Promise<number> {
  const directory = await mkdtemp(path.join(tmpdir(), 'coppice-speed-'));
  try {
    const bytecode = path.join(directory, 'bytecode');
    await writeFile(bytecode, bytecodeOf(await readArtifact()));
    const scheme = ['--scheme', 'ultra_honk', '-t', verifierTargetOf(SPEED_CIRCUIT)];
    const commandLine = ['write_vk', ...scheme, '-b', bytecode, '-o', directory];
    const { seconds } = await runBb(commandLine, { bbPath, crsPath, threads, signal });
    return seconds;
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Read as a file: the package's own module loads all circuits, which takes the agent seconds and memory. */
async function readArtifact(): Promise<z.infer<typeof Artifact>> {
  const manifest = findPackageJSON('@aztec/noir-protocol-circuits-types/server', import.meta.url) ?? '';
  return Artifact.parse(JSON.parse(await readFile(path.join(path.dirname(manifest), ARTIFACT), 'utf8')));
}

async function readKnown(file: string): Promise<z.infer<typeof Known> | undefined> {
  try {
    return Known.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // It was never measured, or the file is damaged, and is replaced.
    return undefined;
  }
}

function toSpeedClass(seconds: number): SpeedClass {
  return speedClassOf(REFERENCE_SECONDS / seconds);
}
