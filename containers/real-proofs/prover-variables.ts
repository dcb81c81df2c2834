import { availableParallelism } from 'node:os';

import type { DevnetAgents } from '../../shared/config/groups/devnet-settings.ts';
import { bbThreadsFor } from '../../shared/proving-job/bb-threads.ts';
import { OWN_ACVM } from '../acvm/own-acvm.ts';
import { PROVEN_CIRCUITS } from './real-proofs-plan.ts';

/** What proves under the development CRS. */
export interface DevelopmentProver {
  /** The folder of the keys. */
  readonly folder: string;
  /** A `bb` that verifies under that CRS. */
  readonly developmentBb: string;
}

export interface ProverVariablesOptions {
  readonly agents: DevnetAgents['kind'];
  readonly crsPath: string;
  /** Where `bb` and `acvm` work. */
  readonly workingDirectory: string;
  /** `undefined` under Aztec's own reference string. */
  readonly development: DevelopmentProver | undefined;
}

/** The variables with which the processes of a fleet prove for real. */
export function proverVariables(options: ProverVariablesOptions): Readonly<Record<string, string>> {
  const { agents, crsPath, workingDirectory, development } = options;
  return {
    PROVER_REAL_PROOFS: 'true',
    PROVER_AGENT_PROOF_TYPES: PROVEN_CIRCUITS.join(','),
    BB_WORKING_DIRECTORY: workingDirectory,
    ACVM_WORKING_DIRECTORY: workingDirectory,
    CRS_PATH: crsPath,
    ...(development !== undefined && {
      COPPICE_DEVELOPMENT_KEYS: development.folder,
      BB_BINARY_PATH: development.developmentBb,
    }),
    ...threadsOf(),
    // Coppice's agents find the one and choose the other by themselves.
    ...(agents !== 'coppice' && {
      ACVM_BINARY_PATH: OWN_ACVM,
      HARDWARE_CONCURRENCY: String(bbThreadsFor('ROOT_ROLLUP', availableParallelism())),
    }),
  };
}

function threadsOf(): Readonly<Record<string, string>> {
  const threads = process.env['HARDWARE_CONCURRENCY'];
  return threads === undefined ? {} : { HARDWARE_CONCURRENCY: threads };
}
