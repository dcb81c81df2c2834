import type { CircuitName, NativeCircuit } from '../../../shared/proving-job/circuit-catalogue.ts';

/**
 * Proves the circuits of one family. It runs in the prover process, may block it for any time, and is stopped by killing
 * that process.
 *
 * A family is a catalogue (`shared/proving-job`) and an implementation of this; `family-registry.ts` lists them.
 */
export interface ProverFamily {
  /** The reasons why this machine cannot prove `circuits`, each with what to do; ignores circuits of other families. */
  findProblems(circuits: readonly NativeCircuit[]): Promise<readonly string[]>;
  /**
   * Makes the proof of `circuit` over `inputs`, in the form in which it is stored.
   * @throws {ProofFailedError} if the cause is known; any other error is a `failure`.
   */
  prove(circuit: CircuitName, inputs: Uint8Array): Promise<Uint8Array>;
  /**
   * Takes the inputs of the next proof as soon as they are known, for work that can be done during the current one. A hint, of
   * which the last counts; problems with the inputs are reported when they are to be proven.
   */
  prepare?(circuit: CircuitName, inputs: Uint8Array): void;
  /** @throws {Error} if `proof` is not a stored proof of `circuit`: it checks its form and does not verify it. */
  checkProof(circuit: CircuitName, proof: Uint8Array): Promise<void>;
}

/** The export `openFamily` of a family's module, which parses `options`, the family's options as JSON. */
export type OpenFamily = (options: unknown) => Promise<ProverFamily>;

/** How the prover process finds a family. */
export interface FamilyReference {
  /** The family's name in the catalogue. */
  readonly name: string;
  /** The version of its circuits and keys: jobs of others are left for agents of their version. @default the agent's network version */
  readonly version?: string;
  /** Whether it implements `prepare`; otherwise inputs are sent once. @default false */
  readonly prepares?: boolean;
  /** URL of the module that exports `openFamily`. */
  readonly module: string;
  readonly options: unknown;
}

/** A proof failed, and the family knows why. */
export class ProofFailedError extends Error {
  override readonly name = 'ProofFailedError';
  readonly attemptCause: 'failure' | 'out-of-memory';

  constructor(attemptCause: 'failure' | 'out-of-memory', message: string, options?: ErrorOptions) {
    super(message, options);
    this.attemptCause = attemptCause;
  }
}
