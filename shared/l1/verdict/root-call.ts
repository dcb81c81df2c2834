import { RollupAbi } from '@aztec/l1-artifacts/RollupAbi';
import { decodeFunctionData, type DecodeFunctionDataReturnType, type Hex } from 'viem';

import type { RootRecord } from '../../ledger/outbox.ts';
import { MalformedRootCallError } from '../errors.ts';

/** What a stored call of `submitEpochRootProof` claims. */
export interface RootCall {
  readonly firstCheckpoint: number;
  readonly lastCheckpoint: number;
  /** The archive root before the first checkpoint, and after the last. */
  readonly previousArchive: Hex;
  readonly endArchive: Hex;
  /** Who is paid for the proof; L1 takes one proof of a length from each. */
  readonly proverId: Hex;
}

/** Takes the call of a stored root apart. @throws {MalformedRootCallError} */
export function decodeRootCall(
  root: Pick<RootRecord, 'epoch' | 'firstCheckpoint' | 'lastCheckpoint' | 'data'>,
): RootCall {
  const decoded = decode(root);
  if (decoded.functionName !== 'submitEpochRootProof') {
    throw new MalformedRootCallError(root.epoch, `it calls ${decoded.functionName}`);
  }
  const { start, end, args } = decoded.args[0];
  if (Number(start) !== root.firstCheckpoint || Number(end) !== root.lastCheckpoint) {
    const named = `${root.firstCheckpoint ?? '?'} to ${root.lastCheckpoint ?? '?'}`;
    throw new MalformedRootCallError(root.epoch, `it proves checkpoints ${start} to ${end}, not ${named}`);
  }
  return {
    firstCheckpoint: Number(start),
    lastCheckpoint: Number(end),
    previousArchive: args.previousArchive,
    endArchive: args.endArchive,
    proverId: args.proverId,
  };
}

function decode(root: Pick<RootRecord, 'epoch' | 'data'>): DecodeFunctionDataReturnType<typeof RollupAbi> {
  try {
    return decodeFunctionData({ abi: RollupAbi, data: root.data });
  } catch (cause) {
    throw new MalformedRootCallError(root.epoch, 'it is no call of the rollup contract', { cause });
  }
}
