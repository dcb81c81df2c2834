import { z } from 'zod';

import { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { RootRecord } from '../../../shared/ledger/outbox.ts';
import { JobCounts } from '../../../shared/merge-tree/progress/progress.ts';
import { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import { Pool } from '../../../shared/proving-job/circuit-family.ts';
import { printed } from './printed.ts';

export const EpochDocument = printed(EpochRecord);
export const JobDocument = printed(JobRecord);
export const RootDocument = printed(RootRecord);

/** JSON has no infinity. */
export const SecondsOrNever = z.number().nullable().describe('Seconds from now; null: never, as no agent will take it');

export const ProgressDocument = z.strictObject({
  ...JobCounts.shape,
  isSoFar: z.boolean().describe('There may be more jobs than those so far: nobody knows the tree beforehand'),
  shareDone: z.number().min(0).max(1),
  levels: z.array(
    z.strictObject({
      ...JobCounts.shape,
      level: z.string(),
      circuits: z.array(z.strictObject({ ...JobCounts.shape, circuit: CircuitName })),
    }),
  ),
});

const CHAIN_STEP = {
  circuit: CircuitName,
  pool: Pool,
  state: z.enum(['running', 'waiting', 'unasked']),
  runningSeconds: z.number(),
  record: JobDocument.optional(),
  notBeforeSeconds: z.number(),
  waitsForAgentSeconds: SecondsOrNever,
  startsInSeconds: SecondsOrNever,
  endsInSeconds: SecondsOrNever,
};

/** A job that the root waits for, with how long jobs of its circuit usually take. */
export const ExplainedStepDocument = z.strictObject({
  ...CHAIN_STEP,
  usualSeconds: z.number().nullable().describe('null: no job of the circuit is known'),
});

export const PredictionDocument = z.strictObject({
  rootInSeconds: z
    .strictObject({ early: SecondsOrNever, likely: SecondsOrNever, late: SecondsOrNever })
    .describe('One root in ten comes before early, and one after late'),
  chanceInTime: z.number().min(0).max(1).optional().describe('Of a root in time; absent where no window is known'),
  lacking: z.array(Pool).describe('Pools that have jobs left and no agents'),
  chain: z.array(z.strictObject(CHAIN_STEP)).describe('What the root waits for, job by job; the root is last'),
});
