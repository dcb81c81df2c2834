import { decodeFunctionData, type Hex } from 'viem';

import { CANARY_ROLLUP_ABI } from '../../canary/canary-rollup.ts';
import type { RootRecord } from '../../ledger/outbox.ts';
import { MalformedRootCallError } from '../errors.ts';
import type { L1Reader } from '../l1-client.ts';
import { type Verdict, windowClosed } from './root-verdict.ts';

/**
 * Reads the state that the canary's contract has recorded, and judges a root by whether it extends that state.
 * @throws {MalformedRootCallError}; passes on what the client throws
 */
export async function judgeCanaryRoot(
  root: RootRecord,
  l1: L1Reader,
  l1NowMs: number,
  blockNumber?: number,
): Promise<Verdict> {
  const { from, to } = decodeCall(root);
  const at = blockNumber === undefined ? {} : { blockNumber: BigInt(blockNumber) };
  const contract = { address: root.to, abi: CANARY_ROLLUP_ABI, ...at } as const;
  const [state, toAt, fromAt] = await Promise.all([
    l1.readContract({ ...contract, functionName: 'state' }),
    l1.readContract({ ...contract, functionName: 'acceptedAt', args: [to] }),
    l1.readContract({ ...contract, functionName: 'acceptedAt', args: [from] }),
  ]);
  if (toAt > 0n) return { standing: 'dead', epochState: 'proven', reason: `L1 has already reached state ${to}` };
  const closed = windowClosed(root, l1NowMs);
  if (closed !== undefined) return closed;
  if (state === from) return { standing: 'alive' };
  if (fromAt === 0n)
    return { standing: 'alive', waitsFor: `L1 is at state ${state}, and this root starts from ${from}` };
  return { standing: 'gone', reason: `another root has taken L1 from state ${from} to ${state}` };
}

function decodeCall({ data }: RootRecord): { readonly from: Hex; readonly to: Hex } {
  try {
    const decoded = decodeFunctionData({ abi: CANARY_ROLLUP_ABI, data });
    if (decoded.functionName === 'submitRoot') return { from: decoded.args[1], to: decoded.args[2] };
  } catch (cause) {
    throw new MalformedRootCallError("it does not call the canary's contract", { cause });
  }
  throw new MalformedRootCallError('it does not call submitRoot');
}
