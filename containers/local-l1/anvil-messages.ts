import { z } from 'zod';

/** The configuration of anvil's process. */
export const AnvilConfiguration = z.strictObject({
  /** 0: any free one. */
  port: z.number().int().min(0).max(65_535),
  /** Seconds between two blocks. */
  blockSeconds: z.number().int().positive(),
  /** Of the first block, in seconds since 1970. Later blocks count from here. */
  genesisSeconds: z.number().int().positive(),
});
export type AnvilConfiguration = z.infer<typeof AnvilConfiguration>;

/** Where anvil listens. */
export const AnvilReady = z.strictObject({ rpcUrl: z.url() });
export type AnvilReady = z.infer<typeof AnvilReady>;
