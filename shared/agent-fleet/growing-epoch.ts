import { z } from 'zod';

import { CheckpointShape } from '../proving-job/checkpoint-shape.ts';
import { EpochId } from '../proving-job/epoch-id.ts';

/** An epoch that checkpoints may still join: it is not being proven yet. */
export const GrowingEpoch = z.strictObject({
  id: EpochId,
  networkVersion: z.string().min(1),
  /** The checkpoints that it has so far, in order. */
  shape: z.array(CheckpointShape).min(1),
  /** When its last slot is over, in Unix milliseconds: its jobs are asked for soon after. */
  endsAtMs: z.number().int(),
  deadlineAtMs: z.number().int(),
});
export type GrowingEpoch = z.infer<typeof GrowingEpoch>;

/**
 * What the node sees of the next epoch, so that the scaler has agents up when it ends. Useful but never required: without
 * it, agents start when the epoch is opened.
 */
export interface GrowingEpochs {
  /** Replaces the last report. */
  report(growing: GrowingEpoch): Promise<void>;
  /** The last report; its epoch may be long over. */
  latest(): Promise<GrowingEpoch | undefined>;
}
