import { optional, withDefault, type SettingGroup } from '../setting.ts';
import { integer, path, switchKind } from '../value-kinds.ts';

/** Whether proofs are real, and the programs that make them. */
export const PROVER_SETTINGS = {
  title: 'Provers',
  settings: {
    realProofs: withDefault(switchKind, 'true', {
      flag: 'proverAgent.realProofs',
      flagAliases: ['proverNode.realProofs'],
      variable: 'PROVER_REAL_PROOFS',
      description: 'Make real proofs; false: execute circuits with empty proofs, for networks that accept them',
    }),
    bbBinaryPath: optional(path, {
      flag: 'proverNode.bbBinaryPath',
      variable: 'BB_BINARY_PATH',
      description: 'Path of the prover bb; real proofs need a build with the AVM',
    }),
    bbWorkingDirectory: optional(path, {
      flag: 'proverNode.bbWorkingDirectory',
      variable: 'BB_WORKING_DIRECTORY',
      description: 'Working directory of bb',
    }),
    bbSkipCleanup: withDefault(switchKind, 'false', {
      flag: 'proverNode.bbSkipCleanup',
      variable: 'BB_SKIP_CLEANUP',
      description: 'Keep the files in that directory',
    }),
    acvmBinaryPath: optional(path, {
      flag: 'proverNode.acvmBinaryPath',
      variable: 'ACVM_BINARY_PATH',
      description: 'Path of acvm, which executes circuits',
      defaultNote: "Coppice's own, for real proofs",
    }),
    acvmWorkingDirectory: optional(path, {
      flag: 'proverNode.acvmWorkingDirectory',
      variable: 'ACVM_WORKING_DIRECTORY',
      description: 'Working directory of acvm',
      defaultNote: 'that of bb, for real proofs',
    }),
    crsDirectory: optional(path, {
      flag: 'crs-path',
      variable: 'CRS_PATH',
      description: 'Folder of the reference string (CRS) for proofs',
      defaultNote: '~/.bb-crs',
    }),
    developmentKeys: optional(path, {
      flag: 'development-keys',
      variable: 'COPPICE_DEVELOPMENT_KEYS',
      description:
        "Folder of Aztec's verification keys under the insecure development CRS, from coppice devnet --real-proofs; for local chains only",
      defaultNote: "Aztec's own keys",
    }),
    hardwareConcurrency: optional(integer(1, 4096), {
      flag: 'agent-threads',
      variable: 'HARDWARE_CONCURRENCY',
      description: 'Threads per prover',
      defaultNote: "the machine's, shared between its agents",
    }),
    bbNumIvcVerifiers: withDefault(integer(1, 1024), '8', {
      flag: 'proverNode.numConcurrentIVCVerifiers',
      variable: 'BB_NUM_IVC_VERIFIERS',
      description: 'Maximum number of transaction proofs that the node verifies at the same time',
    }),
    bbIvcConcurrency: withDefault(integer(1, 1024), '1', {
      flag: 'proverNode.bbIVCConcurrency',
      variable: 'BB_IVC_CONCURRENCY',
      description: 'Threads per verification',
    }),
  },
} as const satisfies SettingGroup;
