import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { type CompiledCircuit, Noir } from '@noir-lang/noir_js';

import { findBb } from '../../../containers/agent/families/bb-process.ts';
import { circuitStatement } from '../../../containers/agent/families/canary-prover.ts';
import { parseLeafInputs } from '../../../shared/canary/canary-inputs.ts';
import { artifactNameOf, artifactUrl, readArtifact } from '../../../shared/canary/circuit-artifact.ts';
import type { LeafKey } from '../../../shared/canary/verification-key.ts';

const run = promisify(execFile);

/**
 * A `bb prove` for each leaf, as Aztec's prover has one for each circuit: working folder, files in, process, files out.
 * Witness generation is the same as ours.
 */
export async function openBbProveSide(
  key: LeafKey,
  crsPath: string,
  threads: number,
): Promise<{ prove(inputs: Uint8Array): Promise<number>; close(): Promise<void> }> {
  const bb = findBb();
  if (bb === undefined) throw new Error('there is no bb for this machine');
  const choice = { circuit: 'CANARY_LEAF', work: key.work } as const;
  const noir = new Noir(readArtifact(choice) as unknown as CompiledCircuit);
  const directory = await mkdtemp(path.join(tmpdir(), 'coppice-bench-'));
  const keyFile = path.join(directory, 'vk');
  await writeFile(keyFile, Buffer.from(key.key, 'base64'));
  let jobs = 0;
  return {
    async prove(inputs) {
      const working = path.join(directory, String(jobs++));
      await mkdir(working);
      const { witness } = await noir.execute({ statement: circuitStatement(parseLeafInputs(inputs).statement) });
      const witnessFile = path.join(working, 'witness.gz');
      await writeFile(witnessFile, witness);
      const files = ['-b', fileURLToPath(artifactUrl(artifactNameOf(choice))), '-w', witnessFile, '-k', keyFile];
      await run(bb, ['prove', ...files, '-o', working, '--verifier_target', 'noir-recursive-no-zk'], {
        env: { ...process.env, CRS_PATH: crsPath, HARDWARE_CONCURRENCY: String(threads) },
      });
      const proof = await readFile(path.join(working, 'proof'));
      await rm(working, { recursive: true });
      return proof.length;
    },
    async close() {
      await rm(directory, { recursive: true });
    },
  };
}
