/** Aztec's programs that run from its own images. */
export type OfficialProgram = 'node' | 'agent';

/** What a run of Aztec's versions has in common for operators of its images. */
export interface AztecRelease {
  /** The first major version that it is true of. */
  readonly fromMajor: number;
  /** Repositories on Docker Hub; the tag is the version. Agents' images also contain the reference string. */
  readonly repositories: Readonly<Record<OfficialProgram, string>>;
  /** The images set the paths of binaries themselves. Only folders are set here: a task's root file system is read-only. */
  readonly variables: Readonly<Record<OfficialProgram, Readonly<Record<string, string>>>>;
}

/** @see https://docs.aztec.network/operate/operators/setup/running-a-prover, of 5.2.0 */
const AZTECPROTOCOL = { node: 'aztecprotocol/aztec', agent: 'aztecprotocol/aztec-prover-agent' };
/** @see https://docs.aztec.network/operate/operators/reference/changelog/v6: images and npm scopes moved. */
const AZTECLABS = { node: 'azteclabs/aztec', agent: 'azteclabs/aztec-prover-agent' };

const BB = { BB_WORKING_DIRECTORY: '/tmp/bb' };
/** `prover-client/src/config.ts` of 4.1.2 and 5.2.0. */
const ACVM = { ...BB, ACVM_WORKING_DIRECTORY: '/tmp/acvm' };
/** The same two variables under new names, and no fallback to the old ones: the changelog of v6. */
const NOIR_EXECUTE = { ...BB, NOIR_EXECUTE_WORKING_DIRECTORY: '/tmp/noir-execute' };

/** Oldest first. A version newer than all is run like the newest. */
const RELEASES: readonly [AztecRelease, ...AztecRelease[]] = [
  { fromMajor: 4, repositories: AZTECPROTOCOL, variables: { node: ACVM, agent: ACVM } },
  { fromMajor: 6, repositories: AZTECLABS, variables: { node: NOIR_EXECUTE, agent: NOIR_EXECUTE } },
];

/** How that version is run. @param version such as `6.0.0` */
export function releaseOf(version: string): AztecRelease {
  const major = Number.parseInt(version, 10);
  return RELEASES.findLast(({ fromMajor }) => fromMajor <= major) ?? RELEASES[0];
}
