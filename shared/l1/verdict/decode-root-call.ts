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
  /** The prover that is paid; L1 accepts one proof of each length from each prover. */
  readonly proverId: Hex;
}

/** Decodes the call of a stored root. @throws {MalformedRootCallError} */
export function decodeRootCall(
  root: Pick<RootRecord, 'epoch' | 'firstCheckpoint' | 'lastCheckpoint' | 'data'>,
): RootCall {
  const decoded = decode(root);
  if (decoded.functionName !== 'submitEpochRootProof') {
    throw new MalformedRootCallError(`it calls ${decoded.functionName}`);
  }
  const { start, end, args } = decoded.args[0];
  if (Number(start) !== root.firstCheckpoint || Number(end) !== root.lastCheckpoint) {
    const named = `${root.firstCheckpoint ?? '?'} to ${root.lastCheckpoint ?? '?'}`;
    throw new MalformedRootCallError(`it proves checkpoints ${start} to ${end}, not ${named}`);
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
    throw new MalformedRootCallError('it does not call the rollup contract', { cause });
  }
}
