import { gunzipSync } from 'node:zlib';

import { type CompiledCircuit, type InputMap, Noir } from '@noir-lang/noir_js';

import { type CanaryProof, encodeCanaryProof } from '../../../shared/canary/canary-proof.ts';
import { type CircuitChoice, artifactSha256, readArtifact } from '../../../shared/canary/circuit-artifact.ts';
import type { CrsKind } from '../../../shared/crs/crs-kind.ts';
import { fieldFromBytes, fieldsFromBytes } from '../../../shared/canary/field.ts';
import { publicInputsOf, type Statement } from '../../../shared/canary/statement.ts';
import type { VerificationKey } from '../../../shared/canary/verification-key.ts';
import { errorText } from '../../../shared/telemetry/error-text.ts';
import type { BbProcess } from './bb-process.ts';
import { sha256Of } from '../../../shared/proving-job/proving-job-id.ts';
import { ProofFailedError } from './prover-family.ts';

/** Without zero knowledge: there is nothing to hide. The root's transcript is the one that a contract can follow. */
const BELOW_ROOT = {
  ipaAccumulation: false,
  oracleHashType: 'poseidon2',
  disableZk: true,
  optimizedSolidityVerifier: false,
};
const ROOT = { ...BELOW_ROOT, oracleHashType: 'keccak' };

/** A compiled circuit, ready for any number of proofs. */
interface LoadedCircuit {
  readonly noir: Noir;
  readonly bytecode: Uint8Array;
}

/** Makes keys and proofs of the canary's circuits with one `bb`. */
export class CanaryProver {
  readonly #bb: BbProcess;
  readonly #crs: CrsKind;
  readonly #circuits = new Map<string, LoadedCircuit>();
  #prepared: { readonly request: string; readonly witness: Promise<Uint8Array> } | undefined;

  constructor(bb: BbProcess, crs: CrsKind) {
    this.#bb = bb;
    this.#crs = crs;
  }

  /** @throws {ProofFailedError} */
  async makeKey(choice: CircuitChoice): Promise<VerificationKey> {
    const { bytecode } = this.#load(choice);
    const settings = settingsOf(choice);
    const { bytes, hash } = await this.#bb.call((bb) =>
      bb.circuitComputeVk({ circuit: { name: choice.circuit, bytecode }, settings }),
    );
    const common = {
      crs: this.#crs,
      artifactSha256: artifactSha256(choice),
      hash: fieldFromBytes(hash),
      key: Buffer.from(bytes).toString('base64'),
    };
    if (choice.circuit === 'CANARY_LEAF') return { ...choice, ...common };
    if (choice.circuit === 'CANARY_MERGE') return { circuit: choice.circuit, ...common };
    const { solidityCode } = await this.#bb.call((bb) =>
      bb.circuitWriteSolidityVerifier({ verificationKey: bytes, settings }),
    );
    return { circuit: 'CANARY_ROOT', ...common, solidityVerifier: solidityCode };
  }

  /**
   * Proves `statement`.
   * @param inputs the circuit's other inputs
   * @throws {ProofFailedError} also if the circuit rejects the inputs
   */
  async prove(
    choice: CircuitChoice,
    key: VerificationKey,
    statement: Statement,
    inputs: InputMap,
  ): Promise<Uint8Array> {
    const { noir, bytecode } = this.#load(choice);
    const prepared = this.#prepared;
    this.#prepared = undefined;
    const request = nameOf(choice, statement, inputs);
    const witness = await (prepared?.request === request
      ? prepared.witness
      : this.#witness(noir, { ...inputs, statement: circuitStatement(statement) }));
    const verificationKey = Buffer.from(key.key, 'base64');
    const settings = settingsOf(choice);
    const { proof, publicInputs } = await this.#bb.call((bb) =>
      bb.circuitProve({ witness, circuit: { name: choice.circuit, bytecode, verificationKey }, settings }),
    );
    if (publicInputs.map(fieldFromBytes).join() !== publicInputsOf(statement).join()) {
      throw new ProofFailedError('failure', 'bb proved another statement than the requested one');
    }
    const encoded = {
      circuit: choice.circuit,
      crs: this.#crs,
      keyHash: key.hash,
      statement,
      proof: Buffer.concat(proof).toString('base64'),
    } satisfies CanaryProof;
    // Under the development CRS bb cannot verify: it knows only the ceremony's points. There, L1 is the first to verify.
    if (this.#crs === 'ceremony' && !(await this.verify(choice, key, encoded))) {
      throw new ProofFailedError('failure', 'the proof does not verify: one of its inputs is not a proof');
    }
    return encodeCanaryProof(encoded);
  }

  /** Whether `bb` accepts the proof; under the development CRS it accepts none. @throws {ProofFailedError} */
  async verify(choice: CircuitChoice, key: VerificationKey, { statement, proof }: CanaryProof): Promise<boolean> {
    const bytes = Buffer.from(proof, 'base64');
    const { verified } = await this.#bb.call((bb) =>
      bb.circuitVerify({
        verificationKey: Buffer.from(key.key, 'base64'),
        publicInputs: publicInputsOf(statement).map((field) => Buffer.from(field.slice(2), 'hex')),
        proof: Array.from({ length: bytes.length / 32 }, (_, index) => bytes.subarray(32 * index, 32 * (index + 1))),
        settings: settingsOf(choice),
      }),
    );
    return verified;
  }

  /** Makes the witness of the next proof during the current one. */
  prepare(choice: CircuitChoice, statement: Statement, inputs: InputMap): void {
    const { noir } = this.#load(choice);
    const witness = this.#witness(noir, { ...inputs, statement: circuitStatement(statement) });
    // `prove` throws the error when it awaits the witness.
    witness.catch(() => undefined);
    this.#prepared = { request: nameOf(choice, statement, inputs), witness };
  }

  async #witness(noir: Noir, inputs: InputMap): Promise<Uint8Array> {
    try {
      const { witness } = await noir.execute(inputs);
      return gunzipSync(witness);
    } catch (error) {
      const message = errorText(error);
      throw new ProofFailedError('failure', `the circuit rejects these inputs: ${message}`, { cause: error });
    }
  }

  #load(choice: CircuitChoice): LoadedCircuit {
    const sha256 = artifactSha256(choice);
    let circuit = this.#circuits.get(sha256);
    if (circuit === undefined) {
      const artifact = readArtifact(choice);
      // The compiler wrote it, and its digest shows that it is unchanged.
      circuit = {
        noir: new Noir(artifact as unknown as CompiledCircuit),
        bytecode: gunzipSync(Buffer.from(artifact.bytecode, 'base64')),
      };
      this.#circuits.set(sha256, circuit);
    }
    return circuit;
  }
}

/** Equal for the same proof: the statement does not identify it, and the inputs are hundreds of numbers. */
function nameOf(choice: CircuitChoice, statement: Statement, inputs: InputMap): string {
  return sha256Of(Buffer.from(JSON.stringify([choice, statement, inputs])));
}

function settingsOf({ circuit }: CircuitChoice): typeof BELOW_ROOT {
  return circuit === 'CANARY_ROOT' ? ROOT : BELOW_ROOT;
}

/** The statement under the circuits' names for its parts. */
export function circuitStatement({ tree, from, to, leaves, leafKeyHash, mergeKeyHash }: Statement): InputMap {
  return {
    tree,
    from,
    to,
    leaves: leaves.toString(),
    leaf_key_hash: leafKeyHash,
    merge_key_hash: mergeKeyHash,
  };
}

/** A proof as the circuit above takes it: it names the key it was made with, and the circuit checks that. */
export function childInputs({ keyHash, statement, proof }: CanaryProof, { key }: VerificationKey): InputMap {
  return {
    key: fieldsFromBytes(Buffer.from(key, 'base64')),
    key_hash: keyHash,
    proof: fieldsFromBytes(Buffer.from(proof, 'base64')),
    statement: circuitStatement(statement),
  };
}
