import { z } from 'zod';

import { LineState } from '../../../shared/agent-fleet/line-standing.ts';
import { LineTroubleKind } from '../../../shared/ledger/watched-nodes.ts';
import { Lane, Pool } from '../../../shared/proving-job/circuit-family.ts';
import { EpochId } from '../../../shared/proving-job/epoch-id.ts';
import { Hex, Moment, Wei } from './answer.ts';

const Count = z.number().int().nonnegative();

/** `GET /api/fleet`: what the head of every page shows. */
export const Fleet = Moment.extend({
  engine: z.enum(['embedded', 'aws']),
  /** Where the fleet is, for people. */
  place: z.string(),
  coppiceVersion: z.string(),
  /** Of the newest epochs and the agents. */
  aztecVersions: z.array(z.string()),
  lines: z.array(
    z.object({ name: z.string(), version: z.string(), state: LineState, openEpochs: Count, agents: Count }),
  ),
  /** The rollup of the newest epoch; absent for a fleet that has proven none of a rollup on L1. */
  rollup: z.object({ chainId: z.number().int(), address: Hex }).optional(),
  /** Absent if no RPC URL is given and no program has noted L1's time. */
  l1: z
    .object({
      /** Of the newest block. */
      headAtMs: z.number().int().optional(),
      pendingCheckpoint: Count.optional(),
      provenCheckpoint: Count.optional(),
      /** Why something is missing. */
      problem: z.string().optional(),
    })
    .optional(),
  /** The account that signed the newest transaction. */
  publisher: z.object({ address: Hex, balanceWei: Wei.optional() }).optional(),
  /** Agents seen in the last two minutes, but for stopped ones. */
  agents: z.object({
    total: Count,
    proving: Count,
    /** An agent of several pools counts in each of them. */
    byPool: z.array(z.object({ pool: Pool, agents: Count, proving: Count })),
  }),
  queues: z.array(z.object({ line: z.string().optional(), pool: Pool, lane: Lane, waiting: Count, leased: Count })),
  deadLetters: Count,
  /** What the agents cost, as the scaler last saw them; absent where nothing scales them. */
  dollarsPerHour: z.number().nonnegative().optional(),
  /** Epochs that still need proofs or L1, oldest first. */
  openEpochs: z.array(z.object({ id: EpochId, name: z.string() })),
  /** Official nodes that a broker watches. */
  officialNodes: z.array(
    z.object({
      networkVersion: z.string(),
      readAtMs: z.number().int(),
      balanceEth: z.number().nonnegative().optional(),
      problem: z.string().optional(),
      troubles: z.array(z.object({ kind: LineTroubleKind, sinceMs: z.number().int(), message: z.string() })),
    }),
  ),
  /** Those of the embedded engine. */
  disks: z.array(z.object({ directory: z.string(), freeBytes: z.number().nonnegative(), isLow: z.boolean() })),
  /** Records that this version leaves out, each with the reason. */
  unreadable: z.array(z.string()),
});
export type Fleet = z.infer<typeof Fleet>;
