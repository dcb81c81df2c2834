import type { RootRecord } from '../ledger/outbox.ts';
import type { L1View } from './l1-view.ts';
import type { RootCall } from './root-call.ts';

/** Whether a root can still do its work on L1, and what becomes of its epoch when it cannot. */
export type Verdict =
  | { readonly standing: 'alive' }
  /** Its checkpoints are not on L1 (any more): a reorg took them, and may bring them back. */
  | { readonly standing: 'gone'; readonly reason: string }
  | { readonly standing: 'dead'; readonly epochState: 'proven' | 'expired'; readonly reason: string };

/** Judges a root by what the rollup contract would say to it. @see EpochProofLib.sol and RewardLib.sol of the rollup's contracts */
export function judgeRoot(root: RootRecord, call: RootCall, { rollup, blockAtMs }: L1View): Verdict {
  const checkpoints = `checkpoints ${call.firstCheckpoint} to ${call.lastCheckpoint}`;
  if (rollup.hasSubmitted) {
    const reason = `L1 has a proof of ${checkpoints} by prover ${call.proverId} already, and takes no second one`;
    return { standing: 'dead', epochState: 'proven', reason };
  }
  if (blockAtMs >= root.deadlineAtMs) {
    const closed = new Date(root.deadlineAtMs).toISOString();
    const last = root.reason === undefined ? '' : `; before that: ${root.reason}`;
    return { standing: 'dead', epochState: 'expired', reason: `the proof window closed at ${closed}${last}` };
  }
  const gone = whatIsGone(call, rollup);
  if (gone !== undefined)
    return { standing: 'gone', reason: `${checkpoints} are not on L1 as they were proven: ${gone}` };
  // Only the longest proof of an epoch is paid, and to everybody who brought one of that length. That later epochs
  // are proven as well takes nothing away.
  if (rollup.isLongerProven) {
    const reason = `a longer proof of the epoch is on L1, up to checkpoint ${rollup.provenCheckpoint}: this one earns nothing`;
    return { standing: 'dead', epochState: 'proven', reason };
  }
  return { standing: 'alive' };
}

function whatIsGone(call: RootCall, rollup: L1View['rollup']): string | undefined {
  if (rollup.pendingCheckpoint < call.lastCheckpoint) return `its last checkpoint is ${rollup.pendingCheckpoint}`;
  if (rollup.endArchive !== call.endArchive) {
    return `archive ${rollup.endArchive} at checkpoint ${call.lastCheckpoint}, proven was ${call.endArchive}`;
  }
  if (rollup.previousArchive !== call.previousArchive) {
    const previous = call.firstCheckpoint - 1;
    return `archive ${rollup.previousArchive} at checkpoint ${previous}, proven was ${call.previousArchive}`;
  }
  return undefined;
}
