import { jsonParseWithSchema, jsonStringify } from '@aztec/foundation/json-rpc';
import {
  getProvingJobInputClassFor,
  ProvingJobInputs,
  ProvingJobResult,
  type ProvingJobInputsMap,
  type ServerCircuitProver,
} from '@aztec/stdlib/interfaces/server';
import { ProvingRequestType } from '@aztec/stdlib/proofs';

import { AztecCircuit } from '../../../shared/proving-job/aztec-circuits.ts';
import type { CircuitName, NativeCircuit } from '../../../shared/proving-job/circuit-catalogue.ts';
import { AztecFamilyOptions } from './aztec-family-options.ts';
import { findAztecProblems } from './aztec-checks.ts';
import { ChildOutput } from './child-output.ts';
import { RealProofMemory } from './real-proof-memory.ts';
import { isOutOfMemory } from './out-of-memory.ts';
import { ProofFailedError, type ProverFamily } from './prover-family.ts';

/** The methods of Aztec's prover that take the inputs of a circuit. */
type MethodFor<Circuit extends AztecCircuit> = {
  [Method in keyof ServerCircuitProver]: ProvingJobInputsMap[(typeof ProvingRequestType)[Circuit]] extends Parameters<
    ServerCircuitProver[Method]
  >[0]
    ? Method
    : never;
}[keyof ServerCircuitProver];

const METHODS = {
  PUBLIC_VM: 'getAvmProof',
  PUBLIC_CHONK_VERIFIER: 'getPublicChonkVerifierProof',
  PRIVATE_TX_BASE_ROLLUP: 'getPrivateTxBaseRollupProof',
  PUBLIC_TX_BASE_ROLLUP: 'getPublicTxBaseRollupProof',
  TX_MERGE_ROLLUP: 'getTxMergeRollupProof',
  BLOCK_ROOT_FIRST_ROLLUP: 'getBlockRootFirstRollupProof',
  BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP: 'getBlockRootSingleTxFirstRollupProof',
  BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP: 'getBlockRootEmptyTxFirstRollupProof',
  BLOCK_ROOT_ROLLUP: 'getBlockRootRollupProof',
  BLOCK_ROOT_SINGLE_TX_ROLLUP: 'getBlockRootSingleTxRollupProof',
  BLOCK_MERGE_ROLLUP: 'getBlockMergeRollupProof',
  CHECKPOINT_ROOT_ROLLUP: 'getCheckpointRootRollupProof',
  CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP: 'getCheckpointRootSingleBlockRollupProof',
  CHECKPOINT_PADDING_ROLLUP: 'getCheckpointPaddingRollupProof',
  CHECKPOINT_MERGE_ROLLUP: 'getCheckpointMergeRollupProof',
  ROOT_ROLLUP: 'getRootRollupProof',
  PARITY_BASE: 'getBaseParityProof',
  PARITY_ROOT: 'getRootParityProof',
} as const satisfies { [Circuit in AztecCircuit]: MethodFor<Circuit> };

/** Opens Aztec's prover: `BBNativeRollupProver` for real proofs, `TestCircuitProver` for simulated ones. */
export async function openFamily(options: unknown): Promise<ProverFamily> {
  const parsed = AztecFamilyOptions.parse(options);
  const children = new ChildOutput();
  const memory = new RealProofMemory(parsed);
  // Loading takes a second: begun now, it is done when the first inputs arrive. A failure is thrown where it is awaited.
  const opening = openCircuitProver(parsed);
  opening.catch(() => undefined);
  return {
    findProblems: (circuits: readonly NativeCircuit[]) => findAztecProblems(parsed, circuits),

    async prove(name: CircuitName, inputsBytes: Uint8Array): Promise<Uint8Array> {
      const circuit = AztecCircuit.parse(name);
      const prover = await opening;
      const type = ProvingRequestType[circuit];
      const inputs = readInputs(type, Buffer.from(inputsBytes));
      // METHODS pairs each circuit with the method that takes its inputs; the compiler has checked it there.
      const prove = prover[METHODS[circuit]].bind(prover) as (inputs: unknown) => Promise<unknown>;
      children.clear();
      const end = parsed.realProofs ? memory.begin(circuit) : undefined;
      try {
        const result = await prove(inputs);
        await end?.();
        return Buffer.from(jsonStringify({ type, result }), 'utf8');
      } catch (error) {
        throw asProofFailure(error, children.last);
      }
    },

    async checkProof(name: CircuitName, proof: Uint8Array): Promise<void> {
      const circuit = AztecCircuit.parse(name);
      const { type } = jsonParseWithSchema(Buffer.from(proof).toString('utf8'), ProvingJobResult);
      if (type !== ProvingRequestType[circuit]) {
        throw new Error(`it is a proof of ${ProvingRequestType[type]}, not of ${circuit}`);
      }
    },
  };
}

/** Inputs in their binary form, as Aztec's file store holds them, or as JSON, which is how some travel in a URI. */
function readInputs(type: ProvingRequestType, bytes: Buffer): unknown {
  const json = parseObject(bytes);
  if (json !== undefined) return ProvingJobInputs.parse({ type, inputs: json }).inputs;
  return getProvingJobInputClassFor(type).fromBuffer(bytes);
}

function parseObject(bytes: Buffer): unknown {
  if (bytes.at(0) !== 0x7b || bytes.at(-1) !== 0x7d) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // Binary inputs that begin with a brace by chance.
    return undefined;
  }
}

async function openCircuitProver(options: ReturnType<typeof AztecFamilyOptions.parse>): Promise<ServerCircuitProver> {
  const { realProofs, proverTestDelayType, proverTestDelayMs, proverTestDelayFactor } = options;
  const { acvmBinaryPath, acvmWorkingDirectory, bbBinaryPath, bbWorkingDirectory, bbSkipCleanup, developmentKeys } =
    options;
  if (realProofs) {
    if (!bbBinaryPath || !bbWorkingDirectory || !acvmBinaryPath || !acvmWorkingDirectory) {
      throw new Error('real proofs need the paths and working directories of bb and acvm');
    }
    const { BBNativeRollupProver } = await import('@aztec/bb-prover');
    if (developmentKeys !== undefined) {
      const { useDevelopmentKeys } = await import('../../aztec-keys/use-development-keys.ts');
      await useDevelopmentKeys(developmentKeys);
    }
    return BBNativeRollupProver.new({
      bbBinaryPath,
      bbWorkingDirectory,
      bbSkipCleanup,
      acvmBinaryPath,
      acvmWorkingDirectory,
      // For the verifiers of clients' proofs, which a prover does not run.
      numConcurrentIVCVerifiers: 1,
      bbIVCConcurrency: 1,
    });
  }
  const { TestCircuitProver } = await import('@aztec/bb-prover/test');
  const delay =
    proverTestDelayType === 'fixed'
      ? { proverTestDelayType, proverTestDelayMs }
      : { proverTestDelayType, proverTestDelayFactor };
  if (acvmBinaryPath === undefined || acvmWorkingDirectory === undefined)
    return new TestCircuitProver(undefined, delay);
  const { NativeACVMSimulator } = await import('@aztec/simulator/server');
  return new TestCircuitProver(new NativeACVMSimulator(acvmWorkingDirectory, acvmBinaryPath), delay);
}

/** How Aztec's prover reports that `bb` failed. `-1` with no signal: it could not be started, which is a lack of memory. */
const BB_END = /Exit code (-?\d+|null)\. Signal (\w+)\./;
const NOT_STARTED = '-1';

function asProofFailure(error: unknown, output: string): ProofFailedError {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const [, exitCode, signal] = BB_END.exec(message) ?? [];
  const isMemory =
    (exitCode === NOT_STARTED && signal === 'undefined') ||
    isOutOfMemory({ exitCode: Number(exitCode), signal: signal ?? null, output: `${message}\n${output}` });
  return new ProofFailedError(isMemory ? 'out-of-memory' : 'failure', message, { cause: error });
}
