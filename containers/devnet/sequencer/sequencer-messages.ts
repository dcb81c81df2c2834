import { z } from 'zod';

import { DevnetTiming } from '../l1/devnet-timing.ts';

/** An address or a field element as text, `0x…`. */
export const HexText = z.templateLiteral(['0x', z.string().regex(/^[0-9a-fA-F]+$/)]);

/** The configuration of the sequencer's process. */
export const SequencerConfiguration = z.strictObject({
  l1RpcUrl: z.url(),
  l1ChainId: z.number().int().positive(),
  timing: DevnetTiming,
  /** Where blobs are put for nodes that follow the rollup: `file:///…`. */
  blobStoreUrl: z.url(),
  /** 0: any free one. */
  nodePort: z.number().int().min(0).max(65_535),
});
export type SequencerConfiguration = z.infer<typeof SequencerConfiguration>;

/** The network that the sequencer's process has made. */
export const SequencerReady = z.strictObject({
  registryAddress: HexText,
  rollupAddress: HexText,
  inboxAddress: HexText,
  rollupVersion: z.number().int().nonnegative(),
  /** When slot 0 began, in seconds since 1970. */
  genesisSeconds: z.number().int().positive(),
  /** L2 addresses that hold fee juice at genesis. */
  fundedAddresses: z.array(HexText),
  nodeRpcUrl: z.url(),
  adminRpcUrl: z.url(),
});
export type SequencerReady = z.infer<typeof SequencerReady>;

/** The step that it has begun. */
export const SequencerProgress = z.string();
