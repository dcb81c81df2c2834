import type { Hex } from 'viem';

import type { RootRecord } from '../../ledger/outbox.ts';
import type { L1Client } from '../l1-client.ts';
import { windowClosed } from './proof-window.ts';
import { RollupReader } from '../rollup-reader.ts';
import { decodeRootCall, type RootCall } from './root-call.ts';
import type { Verdict } from './root-verdict.ts';

/** How a root stands with Aztec's rollup contract. */
export interface RollupStanding {
  readonly pendingCheckpoint: number;
  readonly provenCheckpoint: number;
  /** The archive root before the root's first checkpoint, and after its last. */
  readonly previousArchive: Hex;
  readonly endArchive: Hex;
  /** L1 has a proof of these checkpoints by this prover. */
  readonly hasSubmitted: boolean;
  /** More checkpoints of the same epoch are proven than this root proves. */
  readonly isLongerProven: boolean;
}

/**
 * Reads how an Aztec root stands, and judges it by what the rollup contract would say to it.
 * @throws {MalformedRootCallError}; passes on what the client throws
 */
export async function judgeRollupRoot(root: RootRecord, l1: L1Client, blockAtMs: number): Promise<Verdict> {
  const call = decodeRootCall(root);
  return judgeStanding(root, call, await readStanding(l1, root, call), blockAtMs);
}

async function readStanding(l1: L1Client, root: RootRecord, call: RootCall): Promise<RollupStanding> {
  const reader = new RollupReader(l1, root.to);
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
export function judgeStanding(root: RootRecord, call: RootCall, rollup: RollupStanding, blockAtMs: number): Verdict {
  const checkpoints = `checkpoints ${call.firstCheckpoint} to ${call.lastCheckpoint}`;
  if (rollup.hasSubmitted) {
    const reason = `L1 has a proof of ${checkpoints} by prover ${call.proverId} already, and takes no second one`;
    return { standing: 'dead', epochState: 'proven', reason };
  }
  const closed = windowClosed(root, blockAtMs);
  if (closed !== undefined) return closed;
  const gone = whatIsGone(call, rollup);
  if (gone !== undefined)
    return { standing: 'gone', reason: `${checkpoints} are not on L1 as they were proven: ${gone}` };
  // Only the longest proof of an epoch is paid, and to everybody who brought one of that length. That later epochs
  // are proven as well takes nothing away.
  if (rollup.isLongerProven) {
    const reason = `a longer proof of the epoch is on L1, up to checkpoint ${rollup.provenCheckpoint}: this one earns nothing`;
    return { standing: 'dead', epochState: 'proven', reason };
  }
  const previous = call.firstCheckpoint - 1;
  if (rollup.provenCheckpoint >= previous) return { standing: 'alive' };
  const proven = `L1 has proofs up to checkpoint ${rollup.provenCheckpoint}`;
  return { standing: 'alive', waitsFor: `${proven} and takes this one after checkpoint ${previous} is proven` };
}

function whatIsGone(call: RootCall, rollup: RollupStanding): string | undefined {
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
