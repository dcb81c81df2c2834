import type { RootContract, RootRecord } from '../../ledger/outbox.ts';
import { judgeCanaryRoot } from './judge-canary-root.ts';
import { judgeRollupRoot } from './judge-rollup-root.ts';
import type { L1Client } from '../l1-client.ts';
import type { Verdict } from './root-verdict.ts';

const JUDGES: Readonly<Record<RootContract, (root: RootRecord, l1: L1Client, blockAtMs: number) => Promise<Verdict>>> =
  { 'aztec-rollup': judgeRollupRoot, 'canary-rollup': judgeCanaryRoot };

/**
 * Checks on L1 whether the contract that a root is for can still accept it.
 * @param blockAtMs the time of the latest block
 * @throws {MalformedRootCallError} when it does not call that contract; passes on what the client throws
 */
export async function judgeRoot(root: RootRecord, l1: L1Client, blockAtMs: number): Promise<Verdict> {
  return await JUDGES[root.contract](root, l1, blockAtMs);
}
