import type { FileStore } from '@aztec/stdlib/file-store';

import { isInline, packProof, unpackInputs } from '../../../shared/broker-api/inline-payload.ts';
import { ProofUri, type WireJob } from '../../../shared/broker-api/wire-types.ts';
import { circuitOfWireJob } from '../../../shared/broker-api/wire-job-id.ts';
import { outputsKey } from '../../../shared/proof-store/proof-store.ts';
import { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';

/** Begins a proof as provers of Aztec's circuits write it. */
const TYPE = /^\{"type":\d+,/;

/**
 * Reads the inputs of jobs, inline or by any scheme that Aztec's file store knows, and writes proofs to `PROVER_PROOF_STORE`,
 * or else inline.
 */
export class JobPayloads {
  readonly #proofStore: string | undefined;
  readonly #stores = new Map<string, Promise<FileStore>>();

  constructor(proofStore: string | undefined) {
    this.#proofStore = proofStore;
  }

  /** The inputs as Aztec's file store holds them. */
  async readInputs(uri: ProofUri): Promise<Uint8Array> {
    if (isInline(uri)) return unpackInputs(uri);
    return (await this.#storeFor(uri)).read(uri);
  }

  /** @returns where the proof is, under the job's own number for its circuit */
  async writeProof(job: WireJob, proof: Uint8Array): Promise<ProofUri> {
    const json = Buffer.from(proof).toString('utf8').replace(TYPE, `{"type":${job.type},`);
    const bytes = Buffer.from(json);
    if (this.#proofStore === undefined) return packProof(bytes);
    const circuit = circuitOfWireJob(job.id);
    const store = await this.#open(this.#proofStore);
    return ProofUri.parse(await store.save(outputsKey(circuit, ProvingJobId.parse(job.id)), bytes));
  }

  /** Reading needs a store of the same kind; the one for proofs also has its endpoint. */
  async #storeFor(uri: string): Promise<FileStore> {
    const { protocol, host } = new URL(uri);
    const own = this.#proofStore === undefined ? undefined : new URL(this.#proofStore);
    const isOwn = own?.protocol === protocol && own.host === host;
    return this.#open(isOwn && this.#proofStore !== undefined ? this.#proofStore : `${protocol}//${host}/`);
  }

  async #open(config: string): Promise<FileStore> {
    const open = async (): Promise<FileStore> => {
      const { createFileStore } = await import('@aztec/stdlib/file-store');
      return createFileStore(config);
    };
    const opening = this.#stores.get(config) ?? open();
    this.#stores.set(config, opening);
    // A store that could not be opened is opened again by the next job.
    opening.catch(() => this.#stores.delete(config));
    return opening;
  }
}
