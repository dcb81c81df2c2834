import { optional, withDefault, type SettingGroup } from '../setting.ts';
import { integer, path, switchKind } from '../value-kinds.ts';

/** Real or simulated proofs, and the programs that make them. */
export const PROVER_SETTINGS = {
  title: 'Provers',
  settings: {
    realProofs: withDefault(switchKind, 'true', {
      flag: 'proverAgent.realProofs',
      flagAliases: ['proverNode.realProofs'],
      variable: 'PROVER_REAL_PROOFS',
      description: 'false: circuits are executed and proofs are empty, for networks whose contracts take those',
    }),
    bbBinaryPath: optional(path, {
      flag: 'proverNode.bbBinaryPath',
      variable: 'BB_BINARY_PATH',
      description: 'The prover bb; real proofs need the one with the AVM',
    }),
    bbWorkingDirectory: optional(path, {
      flag: 'proverNode.bbWorkingDirectory',
      variable: 'BB_WORKING_DIRECTORY',
      description: 'Where bb keeps its files while it works',
    }),
    bbSkipCleanup: withDefault(switchKind, 'false', {
      flag: 'proverNode.bbSkipCleanup',
      variable: 'BB_SKIP_CLEANUP',
      description: 'Leave those files in place',
    }),
    acvmBinaryPath: optional(path, {
      flag: 'proverNode.acvmBinaryPath',
      variable: 'ACVM_BINARY_PATH',
      description: 'The program acvm, which executes circuits',
    }),
    acvmWorkingDirectory: optional(path, {
      flag: 'proverNode.acvmWorkingDirectory',
      variable: 'ACVM_WORKING_DIRECTORY',
      description: 'Where acvm keeps its files while it works',
    }),
    crsDirectory: optional(path, {
      flag: 'crs-path',
      variable: 'CRS_PATH',
      description: 'Folder of the reference string that proofs are made with',
      defaultNote: '~/.bb-crs',
    }),
    hardwareConcurrency: optional(integer(1, 4096), {
      flag: 'agent-threads',
      variable: 'HARDWARE_CONCURRENCY',
      description: 'Threads that one prover uses',
      defaultNote: "the machine's, shared between its agents",
    }),
    bbNumIvcVerifiers: withDefault(integer(1, 1024), '8', {
      flag: 'proverNode.numConcurrentIVCVerifiers',
      variable: 'BB_NUM_IVC_VERIFIERS',
      description: 'Proofs of transactions that the node verifies at a time',
    }),
    bbIvcConcurrency: withDefault(integer(1, 1024), '1', {
      flag: 'proverNode.bbIVCConcurrency',
      variable: 'BB_IVC_CONCURRENCY',
      description: 'Threads for each of these',
    }),
  },
} as const satisfies SettingGroup;
