import { z } from 'zod';

import type { AgentId, JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { parseProvingJobId, type ProvingJobId, Sha256 } from '../../../shared/proving-job/proving-job-id.ts';

const ShamProof = z.strictObject({
  /** Of the inputs that it is a proof for. */
  inputsSha256: Sha256,
  provenBy: z.string(),
});
export type ShamProof = z.infer<typeof ShamProof>;

/** The bytes of a proof of the job. As real ones do, they differ from every other agent's. */
export function shamProofOf(job: Pick<JobRecord, 'inputs'>, agentId: AgentId): Uint8Array {
  return Buffer.from(JSON.stringify({ inputsSha256: job.inputs.sha256, provenBy: agentId } satisfies ShamProof));
}

/** Reads a proof back. @throws when it is not one of the job. */
export function readShamProof(jobId: ProvingJobId, bytes: Uint8Array): ShamProof {
  const proof = ShamProof.parse(JSON.parse(Buffer.from(bytes).toString()));
  if (proof.inputsSha256 !== parseProvingJobId(jobId).inputsSha256) throw new Error(`not a proof of ${jobId}`);
  return proof;
}
