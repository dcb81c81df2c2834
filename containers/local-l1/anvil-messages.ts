import { z } from 'zod';

/** What anvil is started with. */
export const AnvilConfiguration = z.strictObject({
  /** 0: any free one. */
  port: z.number().int().min(0).max(65_535),
  /** Seconds between two blocks. */
  blockSeconds: z.number().int().positive(),
  /** Of the first block, in seconds since 1970. Later blocks count on from here. */
  genesisSeconds: z.number().int().positive(),
});
export type AnvilConfiguration = z.infer<typeof AnvilConfiguration>;

/** Anvil answers. */
export const AnvilReady = z.strictObject({ rpcUrl: z.url() });
export type AnvilReady = z.infer<typeof AnvilReady>;
