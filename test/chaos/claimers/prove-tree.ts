import type { ProofRequests } from '../../../shared/proof-requests/proof-requests.ts';
import type { ExpectedTree } from '../../../shared/merge-tree/expected/expected-tree.ts';
import type { EpochId } from '../../../shared/proving-job/epoch-id.ts';
import { makeProvingJobId, type ProvingJobId, sha256Of } from '../../../shared/proving-job/proving-job-id.ts';
import { Turns } from '../../../shared/retry/turns.ts';
import { readShamProof, type ShamProof } from './sham-proof.ts';

interface Proven {
  readonly jobId: ProvingJobId;
  readonly proof: ShamProof;
}

/**
 * Asks for every proof of the tree, each when its children's are there, since its inputs hold them. Ends with the root's.
 *
 * @param mostAtOnce how many proofs it waits for at the most
 * @param onProven called for each proof that has come
 */
export async function proveTree(
  tree: ExpectedTree,
  epoch: EpochId,
  requests: ProofRequests,
  mostAtOnce: number,
  onProven: () => void,
): Promise<void> {
  const turns = new Turns(mostAtOnce);
  const asked: Promise<Proven>[] = [];
  for (const [number, { circuit, children: childNumbers }] of tree.jobs.entries()) {
    const proven = Promise.all(childNumbers.map((child) => asked[child]!)).then((children) => {
      const inputs = Buffer.from(JSON.stringify({ number, children }));
      const jobId = makeProvingJobId(epoch, circuit, sha256Of(inputs));
      const request = {
        circuit,
        inputs: () => inputs,
        children: children.map((child) => child.jobId),
        parse: (proof: Uint8Array) => readShamProof(jobId, proof),
      };
      return turns.take(() => requests.prove(request));
    });
    void proven.then(onProven, () => undefined);
    asked.push(proven);
  }
  await Promise.all(asked);
}
