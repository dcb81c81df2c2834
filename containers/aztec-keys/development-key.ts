import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import { replaceFile } from '../../shared/files/replace-file.ts';
import { KeyedCircuit } from './circuit-artifacts.ts';

const Field = z.string().regex(/^0x[0-9a-f]{64}$/);

/** The verification key of one of Aztec's circuits under the development CRS. */
export const DevelopmentKey = z.strictObject({
  /** So that nobody mistakes it for Aztec's key of the circuit. */
  crs: z.literal('development'),
  circuit: KeyedCircuit,
  /** Of the circuit's bytecode, in hexadecimal. */
  bytecodeSha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** As `bb` writes it, in base64: field elements of 32 bytes. */
  key: z.base64(),
  /** The leaf of the circuit in the tree of keys. */
  hash: Field,
  /** The source of the contract that verifies proofs under the key, for the root. `bb` wrote it, for Aztec's CRS. */
  solidityVerifier: z.string().optional(),
});
export type DevelopmentKey = z.infer<typeof DevelopmentKey>;

/** The tree of Aztec's keys with those of `circuits` replaced. */
export const DevelopmentKeyTree = z.strictObject({
  crs: z.literal('development'),
  circuits: z.array(KeyedCircuit),
  /** As in Aztec's packages: level by level, leaves first, the root last. */
  nodes: z.array(Field),
});
export type DevelopmentKeyTree = z.infer<typeof DevelopmentKeyTree>;

/** Keys hold for one reference string and one version of the circuits: they are kept with the one, under the name of the other. */
export function developmentKeysFolder(crsPath: string, networkVersion: string): string {
  return path.join(crsPath, `aztec-${networkVersion}-keys`);
}

/** @returns `undefined` if it was never made, or for another version of the circuit */
export async function readDevelopmentKey(
  folder: string,
  circuit: KeyedCircuit,
  bytecodeSha256: string,
): Promise<DevelopmentKey | undefined> {
  const key = await readJson(keyFile(folder, circuit), DevelopmentKey);
  return key?.bytecodeSha256 === bytecodeSha256 ? key : undefined;
}

export async function writeDevelopmentKey(folder: string, key: DevelopmentKey): Promise<void> {
  await writeJson(keyFile(folder, key.circuit), key);
}

/** @returns `undefined` if it was never made */
export function readDevelopmentKeyTree(folder: string): Promise<DevelopmentKeyTree | undefined> {
  return readJson(treeFile(folder), DevelopmentKeyTree);
}

export async function writeDevelopmentKeyTree(folder: string, tree: DevelopmentKeyTree): Promise<void> {
  await writeJson(treeFile(folder), tree);
}

function keyFile(folder: string, circuit: KeyedCircuit): string {
  return path.join(folder, `${circuit}.json`);
}

function treeFile(folder: string): string {
  return path.join(folder, 'tree.json');
}

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`${file} is damaged: delete it, and it is made again`, { cause: error });
  }
}

async function writeJson(file: string, value: object): Promise<void> {
  await replaceFile(file, Buffer.from(`${JSON.stringify(value)}\n`));
}
