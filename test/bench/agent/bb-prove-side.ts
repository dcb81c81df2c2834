import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { type CompiledCircuit, Noir } from '@noir-lang/noir_js';

import { findBb } from '../../../containers/agent/families/bb-process.ts';
import { circuitStatement } from '../../../containers/agent/families/canary-prover.ts';
import { parseLeafInputs } from '../../../shared/canary/canary-inputs.ts';
import { readArtifact } from '../../../shared/canary/circuit-artifact.ts';
import type { LeafKey } from '../../../shared/canary/verification-key.ts';

const run = promisify(execFile);

/**
 * A `bb prove` and a `bb verify` for each leaf, as Aztec's prover has them for each circuit, with the same files in the same
 * folders (`@aztec/bb-prover` 4.1.2, `src/prover/server/bb_prover.ts`). Witness generation is the same as ours.
 */
export async function openBbProveSide(
  key: LeafKey,
  crsPath: string,
  threads: number,
): Promise<{ prove(inputs: Uint8Array): Promise<Uint8Array>; close(): Promise<void> }> {
  const bb = findBb();
  if (bb === undefined) throw new Error('bb.js has no bb for this machine');
  const artifact = readArtifact({ circuit: 'CANARY_LEAF', work: key.work });
  const noir = new Noir(artifact as unknown as CompiledCircuit);
  const bytecode = Buffer.from(artifact.bytecode, 'base64');
  const directory = await mkdtemp(path.join(tmpdir(), 'coppice-bench-'));
  const environment = { ...process.env, CRS_PATH: crsPath, HARDWARE_CONCURRENCY: String(threads) };
  const runBb = (command: string, flags: readonly string[]): Promise<unknown> =>
    run(bb, [command, ...flags, '--verifier_target', 'noir-recursive-no-zk'], { env: environment });
  return {
    async prove(inputs) {
      const working = await mkdtemp(path.join(directory, 'prove-'));
      const file = (name: string): string => path.join(working, name);
      const { witness } = await noir.execute({ statement: circuitStatement(parseLeafInputs(inputs).statement) });
      await writeFile(file('witness.gz'), witness);
      await Promise.all([writeFile(file('bytecode'), bytecode), writeFile(file('vk'), Buffer.from(key.key, 'base64'))]);
      await runBb('prove', ['-b', file('bytecode'), '-w', file('witness.gz'), '-k', file('vk'), '-o', working]);
      const [proof, publicInputs] = await Promise.all([readFile(file('proof')), readFile(file('public_inputs'))]);
      await rm(working, { recursive: true });
      await verifyAgain(proof, publicInputs);
      return proof;
    },
    async close() {
      await rm(directory, { recursive: true });
    },
  };

  async function verifyAgain(proof: Uint8Array, publicInputs: Uint8Array): Promise<void> {
    const working = await mkdtemp(path.join(directory, 'verify-'));
    const file = (name: string): string => path.join(working, name);
    await writeFile(file('public_inputs'), publicInputs);
    await writeFile(file('proof'), proof);
    await writeFile(file('vk'), Buffer.from(key.key, 'base64'));
    // Under the development CRS bb takes no proof, but it does all the work before it says so.
    await runBb('verify', ['-p', file('proof'), '-i', file('public_inputs'), '-k', file('vk')]).catch(() => undefined);
    await rm(working, { recursive: true });
  }
}
