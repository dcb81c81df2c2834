import { ProofData, ProofDataForFixedVk } from '@aztec/stdlib/proofs';

import { type ProvingJobId, type Sha256, sha256Of } from '../../shared/proving-job/proving-job-id.ts';

interface Bufferable {
  toBuffer(): Buffer;
}

/** The slot of a base rollup's inputs that holds the client's own proof, which no job of the epoch has made. */
const CLIENT_PROOF_SLOT = 'hidingKernelProofData';

/**
 * Remembers which job made which proof, so that the edges of the merge tree can be read from a parent's inputs: a child
 * slot keeps the child's public inputs and proof byte for byte.
 */
export class ProofOrigins {
  readonly #jobs = new Map<Sha256, ProvingJobId>();
  /** By proof. The orchestrator hands on the same objects; serialising one takes milliseconds. */
  readonly #digests = new WeakMap<Bufferable, { readonly publicInputs: Bufferable; readonly digest: Sha256 }>();

  /** Remembers the proof of `jobId`. The AVM's proof has no public inputs; they come from its inputs. */
  add(jobId: ProvingJobId, publicInputs: Bufferable, proof: Bufferable): void {
    this.#jobs.set(this.#digestOf(publicInputs, proof), jobId);
  }

  /** The jobs that made the proofs in `inputs`, and the names of the slots whose job is unknown. */
  childrenOf(inputs: object): { readonly children: readonly ProvingJobId[]; readonly unknownSlots: readonly string[] } {
    const children: ProvingJobId[] = [];
    const unknownSlots: string[] = [];
    for (const [slot, value] of Object.entries(inputs)) {
      if (slot === CLIENT_PROOF_SLOT) continue;
      for (const held of Array.isArray(value) ? (value as unknown[]) : [value as unknown]) {
        if (!(held instanceof ProofData || held instanceof ProofDataForFixedVk)) continue;
        const child = this.#jobs.get(this.#digestOf(held.publicInputs as Bufferable, held.proof));
        if (child === undefined) unknownSlots.push(slot);
        else if (!children.includes(child)) children.push(child);
      }
    }
    return { children, unknownSlots };
  }

  #digestOf(publicInputs: Bufferable, proof: Bufferable): Sha256 {
    const known = this.#digests.get(proof);
    if (known?.publicInputs === publicInputs) return known.digest;
    const digest = sha256Of(Buffer.concat([publicInputs.toBuffer(), proof.toBuffer()]));
    this.#digests.set(proof, { publicInputs, digest });
    return digest;
  }
}
