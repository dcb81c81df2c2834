import type { Hex } from 'viem';

import type { RootRecord } from '../../ledger/outbox.ts';
import type { L1Reader } from '../l1-client.ts';
import { RollupReader } from '../rollup-reader.ts';
import { decodeRootCall, type RootCall } from './decode-root-call.ts';
import { type Verdict, windowClosed } from './root-verdict.ts';

/** What Aztec's rollup contract shows of a root. */
export interface RollupView {
  readonly pendingCheckpoint: number;
  readonly provenCheckpoint: number;
  /** The archive root before the root's first checkpoint, and after its last. */
  readonly previousArchive: Hex;
  readonly endArchive: Hex;
  /** L1 has a proof of these checkpoints by this prover. */
  readonly hasSubmitted: boolean;
  /** L1 has proofs of more checkpoints of the epoch than this root proves. */
  readonly isLongerProven: boolean;
}

/**
 * Reads what the rollup contract shows of a root, and judges whether it would accept the root.
 * @throws {MalformedRootCallError}; passes on what the client throws
 */
export async function judgeRollupRoot(
  root: RootRecord,
  l1: L1Reader,
  l1NowMs: number,
  blockNumber?: number,
): Promise<Verdict> {
  const call = decodeRootCall(root);
  const view = await readRollupView(new RollupReader(l1, root.to, blockNumber), root, call);
  return judgeRollupView(root, call, view, l1NowMs);
}

async function readRollupView(reader: RollupReader, root: RootRecord, call: RootCall): Promise<RollupView> {
  const [tips, previousArchive, endArchive, hasSubmitted] = await Promise.all([
    reader.tips(),
    reader.archiveAt(call.firstCheckpoint - 1),
    reader.archiveAt(call.lastCheckpoint),
    reader.hasSubmitted(root.epoch, call.lastCheckpoint - call.firstCheckpoint + 1, call.proverId),
  ]);
  const isFurtherProven = tips.provenCheckpoint > call.lastCheckpoint;
  return {
    ...tips,
    previousArchive,
    endArchive,
    hasSubmitted,
    isLongerProven: isFurtherProven && (await reader.epochOfCheckpoint(call.lastCheckpoint + 1)) === root.epoch,
  };
}

/** @see EpochProofLib.sol and RewardLib.sol of the rollup's contracts */
export function judgeRollupView(root: RootRecord, call: RootCall, rollup: RollupView, l1NowMs: number): Verdict {
  const checkpoints = `checkpoints ${call.firstCheckpoint} to ${call.lastCheckpoint}`;
  if (rollup.hasSubmitted) {
    const reason = `L1 already has a proof of ${checkpoints} by prover ${call.proverId}, and accepts only one`;
    return { standing: 'dead', epochState: 'proven', reason };
  }
  const closed = windowClosed(root, l1NowMs);
  if (closed !== undefined) return closed;
  const gone = findMissing(call, rollup);
  if (gone !== undefined) return { standing: 'gone', reason: `${checkpoints} are not on L1 as proven: ${gone}` };
  // Only the longest proof of an epoch is paid, to every prover that submitted one of that length. Proofs of later epochs
  // do not change that.
  if (rollup.isLongerProven) {
    const reason = `L1 has a longer proof of the epoch, up to checkpoint ${rollup.provenCheckpoint}: this one would earn nothing`;
    return { standing: 'dead', epochState: 'proven', reason };
  }
  const previous = call.firstCheckpoint - 1;
  if (rollup.provenCheckpoint >= call.lastCheckpoint) return { standing: 'alive', isProvenByAnother: true };
  if (rollup.provenCheckpoint >= previous) return { standing: 'alive' };
  const proven = `L1 has proofs up to checkpoint ${rollup.provenCheckpoint}`;
  return { standing: 'alive', waitsFor: `${proven}, and accepts this one once checkpoint ${previous} is proven` };
}

function findMissing(call: RootCall, rollup: RollupView): string | undefined {
  if (rollup.pendingCheckpoint < call.lastCheckpoint) return `the last checkpoint on L1 is ${rollup.pendingCheckpoint}`;
  if (rollup.endArchive !== call.endArchive) {
    return `archive ${rollup.endArchive} at checkpoint ${call.lastCheckpoint}, but ${call.endArchive} was proven`;
  }
  if (rollup.previousArchive !== call.previousArchive) {
    const previous = call.firstCheckpoint - 1;
    return `archive ${rollup.previousArchive} at checkpoint ${previous}, but ${call.previousArchive} was proven`;
  }
  return undefined;
}
