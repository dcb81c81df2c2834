import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { compile, createFileManager } from '@noir-lang/noir_wasm';

import { ARTIFACT_NAMES, type ArtifactName, CircuitArtifact } from '../circuit-artifact.ts';
import { stepsOf, Work } from '../work.ts';

const SOURCES = import.meta.dirname;

/**
 * Compiles the circuits here with the pinned compiler.
 * @returns the text of each artifact; the same sources give the same text
 */
export async function compileCircuits(
  names: readonly ArtifactName[] = ARTIFACT_NAMES,
): Promise<ReadonlyMap<ArtifactName, string>> {
  const texts = new Map<ArtifactName, string>();
  for (const name of names) texts.set(name, await compileCircuit(name));
  return texts;
}

async function compileCircuit(name: ArtifactName): Promise<string> {
  // A copy, because the leaf's number of steps is a separate file.
  const directory = await mkdtemp(path.join(tmpdir(), 'coppice-circuits-'));
  try {
    await cp(SOURCES, directory, { recursive: true });
    const [circuit = '', work] = name.split('-');
    if (work !== undefined) await writeSteps(directory, Work.parse(Number(work)));
    const silent = (): undefined => undefined;
    const { program } = await compile(createFileManager(path.join(directory, circuit)), undefined, silent, silent);
    return `${JSON.stringify(CircuitArtifact.parse(program))}\n`;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function writeSteps(directory: string, work: Work): Promise<void> {
  await writeFile(path.join(directory, 'leaf/src/steps.nr'), `pub(crate) global STEPS: u32 = ${stepsOf(work)};\n`);
}
