import { isInline, packProof, unpackInputs } from '../../../shared/broker-api/inline-payload.ts';
import { ProofUri, type WireJob } from '../../../shared/broker-api/wire-types.ts';
import { circuitOfWireJob } from '../../../shared/broker-api/wire-job-id.ts';
import { AztecFileStores } from '../../../shared/proof-store/aztec-file-stores.ts';
import { outputsKey } from '../../../shared/proof-store/proof-store.ts';
import { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';

/** Begins a proof as provers of Aztec's circuits write it. */
const TYPE = /^\{"type":\d+,/;

/**
 * Reads the inputs of jobs, inline or by any scheme that Aztec's file store knows, and writes proofs to `PROVER_PROOF_STORE`,
 * or else inline.
 */
export class JobPayloads {
  readonly #stores: AztecFileStores;

  constructor(proofStore: string | undefined) {
    this.#stores = new AztecFileStores(proofStore);
  }

  /** The inputs as Aztec's file store holds them. */
  async readInputs(uri: ProofUri): Promise<Uint8Array> {
    return isInline(uri) ? unpackInputs(uri) : this.#stores.read(uri);
  }

  /** @returns where the proof is, under the job's own number for its circuit */
  async writeProof(job: WireJob, proof: Uint8Array): Promise<ProofUri> {
    const json = Buffer.from(proof).toString('utf8').replace(TYPE, `{"type":${job.type},`);
    const bytes = Buffer.from(json);
    const key = outputsKey(circuitOfWireJob(job.id), ProvingJobId.parse(job.id));
    const uri = await this.#stores.save(key, bytes);
    return uri === undefined ? packProof(bytes) : ProofUri.parse(uri);
  }
}
