import type { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';

/**
 * Proves the circuits of one family. It lives in the prover process, may block it for as long as it likes, and is
 * stopped by ending that process.
 *
 * A family is a catalogue (`shared/proving-job`) and this; `family-registry.ts` has the list.
 */
export interface ProverFamily {
  /** What keeps this machine from proving `circuits`, of which some may be other families', each with what to do about it. */
  findProblems(circuits: readonly CircuitName[]): Promise<readonly string[]>;
  /**
   * Makes the proof of `circuit` over `inputs`, in the form in which it is stored.
   * @throws {ProofFailedError} if the cause is known; any other error is a `failure`.
   */
  prove(circuit: CircuitName, inputs: Uint8Array): Promise<Uint8Array>;
  /** @throws {Error} if `proof` is not a stored proof of `circuit`: it looks at its form, it does not verify it. */
  checkProof(circuit: CircuitName, proof: Uint8Array): Promise<void>;
}

/** What the module of a family exports as `openFamily`. `options` are its own, as JSON; it parses them. */
export type OpenFamily = (options: unknown) => Promise<ProverFamily>;

/** A family as it is named to the prover process. */
export interface FamilyReference {
  /** The catalogue's name of it. */
  readonly name: string;
  /** Of its circuits and keys: jobs of another are left for agents of that version. @default the agent's network version */
  readonly version?: string;
  /** URL of the module that exports `openFamily`. */
  readonly module: string;
  readonly options: unknown;
}

/** The prover gave up on a proof, and the family knows why. */
export class ProofFailedError extends Error {
  override readonly name = 'ProofFailedError';
  readonly attemptCause: 'failure' | 'out-of-memory';

  constructor(attemptCause: 'failure' | 'out-of-memory', message: string, options?: ErrorOptions) {
    super(message, options);
    this.attemptCause = attemptCause;
  }
}
