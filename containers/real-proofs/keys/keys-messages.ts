import { z } from 'zod';

import { KeyedCircuit } from '../../aztec-keys/circuit-artifacts.ts';

/** The configuration of the process that makes keys. */
export const KeysConfiguration = z.strictObject({
  folder: z.string(),
  crsPath: z.string(),
  bbPath: z.string(),
  circuits: z.array(KeyedCircuit),
  /** Memory that `bb` may take, in MiB. */
  memoryMib: z.number().int().positive(),
});
export type KeysConfiguration = z.infer<typeof KeysConfiguration>;

/** What it does and has done. */
export const KeysProgress = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('begin'), circuit: KeyedCircuit, memoryMode: z.enum(['normal', 'low']) }),
  z.strictObject({ kind: z.literal('made'), circuit: KeyedCircuit, seconds: z.number(), peakMemoryMib: z.number() }),
]);
export type KeysProgress = z.infer<typeof KeysProgress>;

/** All keys are there. */
export const KeysReady = z.null();
