import { z } from 'zod';

import type { JobReturnApi, ProvingBrokerApi } from './proving-broker-api.ts';
import { WireJobId } from './wire-job-id.ts';
import { ProofUri, WireJob, WireJobFilter } from './wire-types.ts';

/** Methods go by `proverBroker_<method>`. */
export const BROKER_NAMESPACE = 'proverBroker';

export type BrokerMethod = keyof ProvingBrokerApi | keyof JobReturnApi;

const FILTER = optional(WireJobFilter);

/** The parameters of each method, by position. Further ones, which a later version may append, are left alone. */
export const BROKER_PARAMS = {
  enqueueProvingJob: z.tuple([WireJob]).rest(z.unknown()),
  getProvingJobStatus: z.tuple([WireJobId]).rest(z.unknown()),
  cancelProvingJob: z.tuple([WireJobId]).rest(z.unknown()),
  getCompletedJobs: z.tuple([z.array(WireJobId)]).rest(z.unknown()),
  getProvingJob: z.tuple([FILTER]).rest(z.unknown()),
  reportProvingJobProgress: z.tuple([WireJobId, z.number(), FILTER]).rest(z.unknown()),
  reportProvingJobSuccess: z.tuple([WireJobId, ProofUri, FILTER]).rest(z.unknown()),
  reportProvingJobError: z.tuple([WireJobId, z.string(), optional(z.boolean()), FILTER]).rest(z.unknown()),
  returnProvingJob: z.tuple([WireJobId, z.number()]).rest(z.unknown()),
} as const satisfies Record<BrokerMethod, z.ZodType>;

/** For a parameter or a result that may be missing; in a list JSON writes it as `null`. */
export function optional<Schema extends z.ZodType>(
  schema: Schema,
): z.ZodOptional<z.ZodPipe<z.ZodOptional<z.ZodNullable<Schema>>, z.ZodTransform<z.output<Schema> | undefined>>> {
  return schema
    .nullish()
    .transform((value) => value ?? undefined)
    .optional();
}
