import { z } from 'zod';

import { SequencerConfiguration, SequencerReady } from '../../devnet/sequencer/sequencer-messages.ts';

/** The configuration of the process that makes the chain. */
export const ChainConfiguration = SequencerConfiguration.extend({
  /** Folder of keys under the development CRS. @default Aztec's keys, and Aztec's verifier */
  developmentKeys: z.string().optional(),
});
export type ChainConfiguration = z.infer<typeof ChainConfiguration>;

/** A chain with an epoch that is waiting to be proven. */
export const ChainReady = SequencerReady.extend({
  /** The epoch that holds the checkpoint. */
  epoch: z.number().int().nonnegative(),
  checkpoint: z.number().int().positive(),
  /** The contract that verifies the epoch's root. */
  verifierAddress: z.templateLiteral(['0x', z.string()]),
});
export type ChainReady = z.infer<typeof ChainReady>;
