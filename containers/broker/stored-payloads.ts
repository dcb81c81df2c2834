import { ProofUri } from '../../shared/broker-api/wire-types.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import type { JobRecord } from '../../shared/ledger/job-ledger.ts';
import { isLostObject, ObjectConflictError } from '../../shared/proof-store/errors.ts';
import {
  inputsKey,
  outputsKey,
  type Payload,
  type ProofKey,
  type StoredObject,
} from '../../shared/proof-store/proof-store.ts';
import {
  parseProvingJobId,
  type ProvingJobId,
  type Sha256,
  sha256Of,
} from '../../shared/proving-job/proving-job-id.ts';
import { Turns } from '../../shared/retry/turns.ts';
import {
  isInline,
  looksLikeProof,
  packInputs,
  packInputsInParts,
  packProof,
  unpackInputs,
  unpackProof,
} from '../../shared/broker-api/inline-payload.ts';
import { LongText } from './transport/long-text.ts';

/** Where an agent finds its inputs; large inline ones are made while they are sent. */
export type InputsUri = ProofUri | LongText;

/** An inline payload is URI-encoded JSON, which is about this much longer. */
const INLINE_FACTOR = 1.5;

/** What a stored payload takes in a response; nothing where it is kept elsewhere. */
export function inlineBytes(object: Pick<StoredObject, 'sizeBytes'> | undefined): number {
  return Math.ceil((object?.sizeBytes ?? 0) * INLINE_FACTOR);
}

/** Payloads that are read or written at a time, whatever their number: each is held in memory some times over. */
const AT_ONCE = 4;

/**
 * The payloads of jobs. Inline ones go to the proof store, as Aztec's file store would write them, and are made inline again
 * for those who read them; what nodes and agents keep elsewhere is passed on as it is named.
 */
export class StoredPayloads {
  readonly #proofs: Engine['proofs'];
  readonly #turns = new Turns(AT_ONCE);

  constructor(proofs: Engine['proofs']) {
    this.#proofs = proofs;
  }

  async storeInputs(jobId: ProvingJobId, uri: ProofUri): Promise<Pick<JobRecord, 'inputs' | 'inputsUri'>> {
    const { circuit, inputsSha256 } = parseProvingJobId(jobId);
    const key = inputsKey(circuit, jobId);
    if (!isInline(uri)) return { inputs: { key, sha256: inputsSha256, sizeBytes: 0 }, inputsUri: uri };
    return this.#turns.take(async () => ({
      inputs: await this.#store(key, unpackInputs(uri), (found) => found === inputsSha256),
    }));
  }

  async storeProof(jobId: ProvingJobId, uri: ProofUri): Promise<Payload> {
    if (!isInline(uri)) return { uri };
    const { circuit } = parseProvingJobId(jobId);
    return this.#turns.take(() => this.#store(outputsKey(circuit, jobId), unpackProof(uri)));
  }

  /** @throws {ObjectMissingError} @throws {ObjectCorruptError} */
  async inputsUri({ inputs, inputsUri }: Pick<JobRecord, 'inputs' | 'inputsUri'>, type: number): Promise<InputsUri> {
    if (inputsUri !== undefined) return ProofUri.parse(inputsUri);
    const bytes = await this.#turns.take(() => this.#proofs.get(inputs));
    const parts = packInputsInParts(bytes, type);
    return parts === undefined ? packInputs(bytes, type) : new LongText(parts);
  }

  /** @throws {ObjectMissingError} @throws {ObjectCorruptError} */
  async proofUri({ id, proof, proofUri }: Pick<JobRecord, 'id' | 'proof' | 'proofUri'>): Promise<ProofUri> {
    if (proofUri !== undefined) return ProofUri.parse(proofUri);
    if (proof === undefined) throw new Error(`the ledger says that ${id} is proven but names no proof`);
    return this.#turns.take(async () => packProof(await this.#proofs.get(proof)));
  }

  /**
   * What is under the key already stays if it is as good: inputs with the digest that the job is named for, or a proof, since
   * two proofs of the same inputs differ. Anything else is set aside.
   */
  async #store(key: ProofKey, bytes: Uint8Array, isWanted?: (digest: Sha256) => boolean): Promise<StoredObject> {
    try {
      return await this.#proofs.put(key, bytes);
    } catch (error) {
      if (!(error instanceof ObjectConflictError)) throw error;
      const existing = { key, sha256: error.existingSha256, sizeBytes: error.existingSizeBytes };
      const isGood =
        isWanted === undefined
          ? await this.#isProof(existing)
          : isWanted(existing.sha256) || !isWanted(sha256Of(bytes));
      if (isGood) return existing;
      await this.#proofs.quarantine(key, `replaced: ${error.message}`, existing.sha256);
      return await this.#proofs.put(key, bytes);
    }
  }

  async #isProof(object: StoredObject): Promise<boolean> {
    try {
      return looksLikeProof(await this.#proofs.get(object));
    } catch (error) {
      if (isLostObject(error)) return false;
      throw error;
    }
  }
}
