import { EpochNumber } from '@aztec/foundation/branded-types';
import { makeProvingJobId, type ProofUri, type ProvingJob, type ProvingJobId } from '@aztec/stdlib/interfaces/server';
import type { ProvingRequestType } from '@aztec/stdlib/proofs';

import { sha256Of } from '../../../shared/proving-job/proving-job-id.ts';

/** The id of job `index` of an epoch: no other job of the bench has it. */
export function benchJobId(epoch: number, type: ProvingRequestType, index: number): ProvingJobId {
  return makeProvingJobId(EpochNumber(epoch), type, sha256Of(new TextEncoder().encode(`${epoch} ${type} ${index}`)));
}

export function benchJob(id: ProvingJobId, epoch: number, type: ProvingRequestType, inputsUri: ProofUri): ProvingJob {
  return { id, type, epochNumber: EpochNumber(epoch), inputsUri };
}
