import { z } from 'zod';

import { LineStanding } from '../../../shared/agent-fleet/line-standing.ts';
import { AgentRecord } from '../../../shared/ledger/agent-registry.ts';
import { Incident } from '../../../shared/ledger/incident-log.ts';
import { RootState } from '../../../shared/ledger/outbox.ts';
import { WatchedNode } from '../../../shared/ledger/watched-nodes.ts';
import { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import { Lane, Pool } from '../../../shared/proving-job/circuit-family.ts';
import { EpochDocument, PredictionDocument, ProgressDocument, RootDocument } from './epoch-documents.ts';
import { Moment, printed } from './printed.ts';

const Count = z.number().int().nonnegative();

export const DeadLetterDocument = z.strictObject({
  body: z.string().describe('As it was received: it may be anything'),
  reason: z.string(),
  parkedAt: Moment,
});

/** The state of a fleet, as `coppice status` prints it. */
export const FleetStatusDocument = z.strictObject({
  at: Moment,
  place: z.string(),
  lines: z.array(printed(LineStanding)),
  l1: z
    .strictObject({
      headAt: Moment.optional(),
      pendingCheckpoint: Count.optional(),
      provenCheckpoint: Count.optional(),
      balanceWei: z.string().optional(),
      problem: z.string().optional(),
    })
    .optional(),
  publisher: z.string().optional(),
  epochs: z.array(
    EpochDocument.extend({
      progress: ProgressDocument,
      prediction: PredictionDocument.optional(),
      hasRivalProof: z.boolean(),
    }),
  ),
  roots: z.array(RootDocument).describe('Roots that are not mined yet'),
  agents: z.array(printed(AgentRecord)),
  officialNodes: z.array(printed(WatchedNode)),
  queues: z.array(
    z.strictObject({ line: z.string().optional(), pool: Pool, lane: Lane, waiting: Count, leased: Count }),
  ),
  disks: z.array(
    z.strictObject({ directory: z.string(), freeBytes: z.number(), reserveBytes: z.number(), isLow: z.boolean() }),
  ),
  incidents: z.array(printed(Incident)),
  deadLetters: z.array(DeadLetterDocument),
  unreadable: z.array(z.string()),
});

/** What a fleet does at one moment, as `coppice watch` prints it again and again. */
export const SnapshotDocument = z.strictObject({
  at: Moment,
  epochs: z.array(
    EpochDocument.extend({
      holdsMix: z.boolean(),
      progress: ProgressDocument,
      prediction: PredictionDocument.optional(),
      submission: z
        .strictObject({
          state: RootState,
          reason: z.string().optional(),
          transactions: Count,
          transactionHash: z.string().optional(),
        })
        .optional(),
    }),
  ),
  agents: z.array(
    printed(AgentRecord)
      .pick({ agentId: true, state: true, jobSince: true, jobsProven: true, note: true })
      .extend({ circuit: CircuitName.optional() }),
  ),
});
