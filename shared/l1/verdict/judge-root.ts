import type { RootContract, RootRecord } from '../../ledger/outbox.ts';
import { judgeCanaryRoot } from './judge-canary-root.ts';
import { judgeRollupRoot } from './judge-rollup-root.ts';
import type { L1Reader } from '../l1-client.ts';
import type { Verdict } from './root-verdict.ts';

type Judge = (root: RootRecord, l1: L1Reader, l1NowMs: number, blockNumber?: number) => Promise<Verdict>;

const JUDGES: Readonly<Record<RootContract, Judge>> = {
  'aztec-rollup': judgeRollupRoot,
  'canary-rollup': judgeCanaryRoot,
};

/**
 * Checks on L1 whether the contract that a root is for can still accept it.
 * @param l1NowMs the time of the latest block, or the wall clock's when no URL follows L1
 * @param blockNumber the block to read at; the latest when left out
 * @throws {MalformedRootCallError} when it does not call that contract; passes on what the client throws
 */
export async function judgeRoot(
  root: RootRecord,
  l1: L1Reader,
  l1NowMs: number,
  blockNumber?: number,
): Promise<Verdict> {
  return await JUDGES[root.contract](root, l1, l1NowMs, blockNumber);
}
