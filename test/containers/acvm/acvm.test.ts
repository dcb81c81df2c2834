import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { decompressWitness } from '@aztec/noir-acvm_js';
import {
  convertCheckpointPaddingRollupPrivateInputsToWitnessMap,
  getServerCircuitArtifact,
  type ServerProtocolArtifact,
} from '@aztec/noir-protocol-circuits-types/server';
import { NativeACVMSimulator, WASMSimulatorWithBlobs } from '@aztec/simulator/server';
import { CheckpointPaddingRollupPrivateInputs } from '@aztec/stdlib/rollup';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { OWN_ACVM } from '../../../containers/acvm/own-acvm.ts';

const PADDING: ServerProtocolArtifact = 'CheckpointPaddingRollupArtifact';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('the command acvm', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'coppice-acvm-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  const run = (...words: string[]): Promise<Ended> =>
    new Promise((resolve) => {
      execFile(OWN_ACVM, words, { maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });

  /** Executes, as Aztec's prover does, the circuit with these inputs. */
  const execute = async (bytecode: Uint8Array, inputWitness: string): Promise<Ended> => {
    await writeFile(path.join(directory, 'bytecode'), bytecode);
    await writeFile(path.join(directory, 'input_witness.toml'), inputWitness);
    const files = ['--bytecode', 'bytecode', '--input-witness', 'input_witness.toml'];
    return run('execute', '--working-directory', directory, ...files, '--print', '--output-witness', 'output-witness');
  };

  it("solves the witness of Aztec's smallest circuit as Aztec's simulator does, for Aztec's prover", async () => {
    const artifact = getServerCircuitArtifact(PADDING);
    const inputs = convertCheckpointPaddingRollupPrivateInputsToWitnessMap(new CheckpointPaddingRollupPrivateInputs());
    const file = path.join(directory, 'partial-witness.gz');

    const own = await new NativeACVMSimulator(directory, OWN_ACVM, file).executeProtocolCircuit(
      inputs,
      artifact,
      undefined,
    );

    const noOracle = (): Promise<never> => Promise.reject(new Error('the circuit called an oracle'));
    const expected = await new WASMSimulatorWithBlobs().executeProtocolCircuit(inputs, artifact, noOracle);
    expect(own.witness.size).toBeGreaterThan(100);
    expect(own.witness).toEqual(expected.witness);
    expect(decompressWitness(await readFile(file))).toEqual(expected.witness);
  });

  it('rejects inputs that the circuit cannot be solved for', async () => {
    const { bytecode } = getServerCircuitArtifact('ParityRootArtifact');

    const { code, stdout, stderr } = await execute(Buffer.from(bytecode, 'base64'), "0 = '0x01'\n");

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^acvm: the circuit cannot be executed: .+/);
  });

  it.for<[what: string, bytecode: string, inputWitness: string, problem: RegExp]>([
    ['what is not a circuit', 'not a circuit', '', /^acvm: the circuit cannot be executed: .+/],
    ['what is not a witness', '', 'a witness', /^acvm: line 1 of the input witness is not <index> = '0x<value>': a w/],
  ])('says what is wrong with %s', async ([, bytecode, inputWitness, problem]) => {
    const { code, stdout, stderr } = await execute(Buffer.from(bytecode), inputWitness);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(problem);
  });

  it('names the file that is missing', async () => {
    const folder = path.join(directory, 'nowhere');

    const words = ['--working-directory', folder, '--bytecode', 'bytecode', '--input-witness', 'input'];
    const { code, stderr } = await run('execute', ...words);

    expect(code).toBe(1);
    expect(stderr).toContain(path.join(folder, 'bytecode'));
  });

  it.for<[words: string[], problem: string]>([
    [['compile'], 'acvm: the only command is execute\nusage: acvm execute --working-directory <folder>'],
    [['execute', '--bytecode', 'b'], 'acvm: --working-directory is missing\nusage: '],
    [['execute', '--pedantic'], "acvm: Unknown option '--pedantic'"],
  ])('refuses the words %j with its usage', async ([words, problem]) => {
    const { code, stderr } = await run(...words);

    expect(code).toBe(2);
    expect(stderr).toContain(problem);
  });
});
