import { z } from 'zod';

import { EpochNumber, ProvingJobId } from '../../../proving-job/proving-job-id.ts';
import type { StreamRecord } from './dynamo-stream.ts';
import type { Settlement } from '../../../ledger/settlement-feed.ts';

const JOB_PREFIX = 'JOB#';
const SettledState = z.enum(['proven', 'rejected', 'cancelled']);

/** The settlement that a change of an item is; `undefined` for every other change, and for what is not understood. */
export function settlementOf({ oldImage, newImage }: StreamRecord): Settlement | undefined {
  const sortKey = newImage?.['sk']?.S;
  if (!sortKey?.startsWith(JOB_PREFIX)) return undefined;
  const state = SettledState.safeParse(newImage?.['state']?.S);
  if (!state.success || oldImage?.['state']?.S === state.data) return undefined;
  const jobId = ProvingJobId.safeParse(sortKey.slice(JOB_PREFIX.length));
  const epoch = EpochNumber.safeParse(parseInt(jobId.data ?? '', 10));
  if (!jobId.success || !epoch.success) return undefined;
  return { jobId: jobId.data, epoch: epoch.data, state: state.data };
}
