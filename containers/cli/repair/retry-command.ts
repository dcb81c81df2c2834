import { z } from 'zod';

import { kind } from '../../../shared/config/value-kinds.ts';
import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import { EpochId, EpochNumber } from '../../../shared/proving-job/epoch-id.ts';
import { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';
import type { Line } from '../../terminal/line.ts';
import { fleetCommand, NO_OPTIONS } from '../command-line/fleet-command.ts';
import { EpochText } from '../../fleet-view/find-epoch.ts';
import { findJob, JOB_PREFIX } from '../../fleet-view/find-job.ts';
import { countBy } from './count-by.ts';
import { retryEpoch, retryJob, type Retried } from './retry-jobs.ts';

const JOB_OR_EPOCH = kind(
  z.union([
    EpochText.transform((epochId) => ({ epochId })),
    z
      .string()
      .regex(JOB_PREFIX)
      .transform((jobPrefix) => ({ jobPrefix })),
  ]),
  'the id of a job, as coppice jobs prints it, or the number of an epoch',
  'JOB|EPOCH',
);

export const RETRY_COMMAND = fleetCommand({
  name: 'retry',
  usage: 'JOB|EPOCH',
  summary: 'give a rejected job, or all rejected jobs of an epoch, another attempt',
  explanation: [
    'JOB is the id of a rejected job, or any unambiguous beginning of it, with or without its circuit (7:PARITY_BASE:9e3f, ' +
      '7:9e3f25c3); EPOCH is a number or an id, and stands for all of its rejected jobs. Whatever is stored in place of a proof ' +
      'is set aside, the count of lost attempts starts again at zero, and the jobs are queued. A failed epoch is resumed by a ' +
      'node, with all of its rejected jobs.',
    'Works on the ledger, the queue and the proof store, and needs no running process.',
  ],
  argument: { kind: JOB_OR_EPOCH },
  examples: ['coppice retry 1042', 'coppice retry 1042:ROOT_ROLLUP', 'coppice retry 1042:9e3f25c3'],
  switches: [],
  output: {
    version: 1,
    description: 'One JSON document: the jobs that are queued again, and whether the epoch is resumed',
    schema: z.strictObject({
      epochId: EpochId,
      epoch: EpochNumber,
      jobs: z.array(z.strictObject({ id: ProvingJobId, circuit: CircuitName })),
      isResumed: z.boolean().describe('Whether the epoch had failed, and now waits for a node to resume it'),
    }),
  },
  options: NO_OPTIONS,
  execute: async (engine, { argument }) =>
    'epochId' in argument
      ? retryEpoch(engine, argument.epochId, Date.now())
      : retryJob(engine, await findJob(engine, argument.jobPrefix), Date.now()),
  render: renderRetried,
  toJson: ({ epoch, jobs, isResumed }) => ({
    epochId: epoch.id,
    epoch: epoch.epoch,
    jobs: jobs.map(({ id, circuit }) => ({ id, circuit })),
    isResumed,
  }),
});

/** What was done, and what happens next. */
export function renderRetried({ name, jobs, isResumed }: Retried): Line[] {
  const [only] = jobs;
  const circuits = countBy(jobs, ({ circuit }: JobRecord) => circuit);
  const done =
    jobs.length === 1 && only !== undefined
      ? `Job ${only.id} is queued again.`
      : jobs.length === 0
        ? `Epoch ${name} has no rejected jobs.`
        : `${jobs.length} jobs of epoch ${name} are queued again: ${circuits}.`;
  const next = isResumed
    ? `Epoch ${name} will be resumed: within seconds by a running node, or by the next one that starts.`
    : `Epoch ${name} is being proven: its node picks up each proof as it arrives.`;
  return [[done], [next]];
}
