import {
  compressWitnessStack,
  type ExecutionError,
  executeProgram,
  type ForeignCallInput,
  type ForeignCallOutput,
} from '@aztec/noir-acvm_js';

import { errorText } from '../../shared/telemetry/error-text.ts';
import type { Witness } from './witness-text.ts';

export interface SolvedWitness {
  /** Of the circuit's main function. */
  readonly witness: Witness;
  /** Of all its functions, as `bb` reads it. */
  readonly compressed: Uint8Array;
}

/**
 * Solves the witness of a compiled circuit.
 * @param bytecode as the compiler wrote it, without base64
 * @throws {CircuitRejectsInputsError}
 */
export async function executeCircuit(bytecode: Uint8Array, inputs: Witness): Promise<SolvedWitness> {
  try {
    const stack = await executeProgram(bytecode, inputs, callOracle);
    const main = stack.at(-1);
    if (main === undefined) throw new Error('it has no main function');
    return { witness: main.witness, compressed: compressWitnessStack(stack) };
  } catch (error) {
    throw new CircuitRejectsInputsError(error);
  }
}

/** Circuits that are proven may print and ask for nothing else. */
async function callOracle(name: string, _inputs: ForeignCallInput[]): Promise<ForeignCallOutput[]> {
  if (name === 'print') return [];
  throw new Error(`it calls the oracle ${name}, which only simulations have`);
}

/** The bytecode is not a circuit's, or its inputs break one of its constraints. */
export class CircuitRejectsInputsError extends Error {
  override readonly name = 'CircuitRejectsInputsError';

  constructor(cause: unknown) {
    const { callStack = [], rawAssertionPayload } = cause as Partial<ExecutionError>;
    const where = callStack.length === 0 ? '' : ` (at ${callStack.join(', ')})`;
    const payload = rawAssertionPayload === undefined ? '' : ` [${JSON.stringify(rawAssertionPayload)}]`;
    super(`the circuit cannot be executed: ${errorText(cause)}${where}${payload}`, { cause });
  }
}
