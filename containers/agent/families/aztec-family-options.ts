import { z } from 'zod';

/** How Aztec's circuits are proven, under Aztec's names. */
export const AztecFamilyOptions = z.strictObject({
  /** The version that the installed `@aztec/*` packages must have. */
  networkVersion: z.string().min(1),
  /** `PROVER_REAL_PROOFS`: without it circuits are executed and proofs are empty. */
  realProofs: z.boolean(),
  /** `PROVER_TEST_DELAY_TYPE`: how the minimum time of a simulated proof is chosen. */
  proverTestDelayType: z.enum(['fixed', 'realistic']).default('fixed'),
  /** `PROVER_TEST_DELAY_MS`, for `fixed`. */
  proverTestDelayMs: z.number().nonnegative().default(0),
  /** `PROVER_TEST_DELAY_FACTOR`, for `realistic`: 1 is as long as on Aztec's 32-core agents. */
  proverTestDelayFactor: z.number().nonnegative().default(1),
  /** Memory that the agent may count on, in MiB. @default the machine's, or its container's */
  memoryMib: z.number().int().positive().optional(),
  /** `BB_BINARY_PATH` */
  bbBinaryPath: z.string().optional(),
  /** `BB_WORKING_DIRECTORY` */
  bbWorkingDirectory: z.string().optional(),
  /** `BB_SKIP_CLEANUP`: keep the working files of proofs. */
  bbSkipCleanup: z.boolean().default(false),
  /** `ACVM_BINARY_PATH` */
  acvmBinaryPath: z.string().optional(),
  /** `ACVM_WORKING_DIRECTORY` */
  acvmWorkingDirectory: z.string().optional(),
  /** `CRS_PATH`: where `bb` keeps the reference string. @default ~/.bb-crs */
  crsPath: z.string().optional(),
  /** Folder of keys under the development CRS, which `crsPath` then has to hold. @default Aztec's own keys and CRS */
  developmentKeys: z.string().optional(),
});
export type AztecFamilyOptions = z.input<typeof AztecFamilyOptions>;
