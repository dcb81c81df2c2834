import { z } from 'zod';

import { DevnetTiming } from '../l1/devnet-timing.ts';
import { EpochContents } from './epoch-contents.ts';
import { HexText } from '../sequencer/sequencer-messages.ts';
import { TransactionKind } from './traffic-plan.ts';

const Count = z.number().int().nonnegative();

/** The configuration of the traffic's process. */
export const TrafficConfiguration = z.strictObject({
  l1RpcUrl: z.url(),
  nodeRpcUrl: z.url(),
  adminRpcUrl: z.url(),
  inboxAddress: HexText,
  rollupVersion: Count,
  genesisSeconds: z.number().int().positive(),
  timing: DevnetTiming,
  /** How many epochs get the planned traffic. @default all */
  epochs: z.number().int().positive().optional(),
});
export type TrafficConfiguration = z.infer<typeof TrafficConfiguration>;

/** The wallet is open. */
export const TrafficReady = z.null();
export type TrafficReady = z.infer<typeof TrafficReady>;

/** What the traffic reports. Times are in seconds since 1970. */
export const TrafficEvent = z.discriminatedUnion('kind', [
  /** This epoch will get the planned traffic. */
  z.strictObject({
    kind: z.literal('epoch-chosen'),
    epochNumber: Count,
    startSeconds: z.number(),
    endSeconds: z.number(),
  }),
  /** A planned checkpoint is on L1. */
  z.strictObject({
    kind: z.literal('checkpoint-mined'),
    epochNumber: Count,
    checkpointNumber: z.number().int().positive(),
    slotNumber: Count,
    transactions: z.array(TransactionKind),
  }),
  /** The epoch holds all the planned traffic, and is ready to be proven. */
  z.strictObject({ kind: z.literal('epoch-mined'), contents: EpochContents }),
  /** The epoch ended before it held all the planned traffic. The next one gets the whole plan. */
  z.strictObject({ kind: z.literal('epoch-missed'), epochNumber: Count, reason: z.string() }),
]);
export type TrafficEvent = z.infer<typeof TrafficEvent>;
