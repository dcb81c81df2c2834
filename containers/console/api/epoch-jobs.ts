import { z } from 'zod';

import { AgentId, JobState } from '../../../shared/ledger/job-ledger.ts';
import { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import { Pool } from '../../../shared/proving-job/circuit-family.ts';
import { EpochId } from '../../../shared/proving-job/epoch-id.ts';
import { Moment } from './answer.ts';

const Index = z.number().int().nonnegative();
/** -1 for none. */
const IndexOrNone = z.number().int().min(-1);
/** Milliseconds since the epoch's `openedAtMs`; `null` while it has not happened. A clock of another machine may make it negative. */
const SinceOpened = z.number().int().nullable();

/**
 * `GET /api/epochs/EPOCH/jobs`: its merge tree, job by job, as columns: place `i` of each is about job `i`. Jobs are in the order
 * in which they were recorded, so children mostly come before their parents. 10,000 jobs are some 600 kB, a third of it compressed.
 */
export const EpochJobs = Moment.extend({
  epochId: EpochId,
  openedAtMs: z.number().int(),
  /** Of the circuits of the tree, from the leaves up to the root; the column `circuit` has places in it. */
  circuits: z.array(
    z.object({
      circuit: CircuitName,
      level: z.string(),
      pool: Pool,
      /** Jobs that the whole tree has; of a tree that is not known beforehand, those so far. */
      expected: z.number().int().nonnegative(),
      /** How long one takes here, from claim to settlement. */
      usualSeconds: z.number().nonnegative(),
    }),
  ),
  /** The agents that proved or prove; the column `agent` has places in it. */
  agents: z.array(AgentId),
  /** The names of the states; the column `state` has places in it. */
  states: z.array(JobState),
  columns: z.object({
    /** The first 12 digits of the digest: `<epochId>:<circuit>:<hash>` names the job in `GET /api/jobs/JOB`. */
    hash: z.array(z.string()),
    circuit: z.array(Index),
    state: z.array(Index),
    /** Who proved it, or proves it now. */
    agent: z.array(IndexOrNone),
    /** The job whose inputs hold its proof; the first where there are several, and -1 for the root and where none is known yet. */
    parent: z.array(IndexOrNone),
    recordedMs: z.array(SinceOpened),
    /** Of the attempt that proved it, or of the one under way. */
    claimedMs: z.array(SinceOpened),
    settledMs: z.array(SinceOpened),
  }),
  /** Jobs with lost attempts, and how many; all others lost none. */
  lostAttempts: z.array(z.object({ job: Index, attempts: z.number().int().positive() })),
  /** Jobs that have several parents: `[child, parent]`, without the first parent. */
  otherParents: z.array(z.tuple([Index, Index])),
  /** Jobs that two agents prove at once: the second one's place in `agents`, and when it began. */
  copies: z.array(z.object({ job: Index, agent: Index, claimedMs: SinceOpened })),
  /** Jobs of checkpoints that a reorg removed: they are left out above. */
  jobsLeftOut: z.number().int().nonnegative(),
  /** How much proving is left, in seconds of one agent, over time: for the plot of work left. The newest is last. */
  workLeft: z.object({ atMs: z.array(z.number().int()), seconds: z.array(z.number().nonnegative()) }),
});
export type EpochJobs = z.infer<typeof EpochJobs>;
