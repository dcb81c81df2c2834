import { decodeFunctionData, type Hex } from 'viem';

import { CANARY_ROLLUP_ABI } from '../../canary/canary-rollup.ts';
import type { RootRecord } from '../../ledger/outbox.ts';
import { MalformedRootCallError } from '../errors.ts';
import type { L1Client } from '../l1-client.ts';
import { windowClosed } from './proof-window.ts';
import type { Verdict } from './root-verdict.ts';

/**
 * Reads the state that the canary's contract has recorded, and judges a root by whether it extends that.
 * @throws {MalformedRootCallError}; passes on what the client throws
 */
export async function judgeCanaryRoot(root: RootRecord, l1: L1Client, blockAtMs: number): Promise<Verdict> {
  const { from, to } = decodeCall(root);
  const contract = { address: root.to, abi: CANARY_ROLLUP_ABI } as const;
  const [state, toAt, fromAt] = await Promise.all([
    l1.readContract({ ...contract, functionName: 'state' }),
    l1.readContract({ ...contract, functionName: 'acceptedAt', args: [to] }),
    l1.readContract({ ...contract, functionName: 'acceptedAt', args: [from] }),
  ]);
  if (toAt > 0n) return { standing: 'dead', epochState: 'proven', reason: `L1 has reached state ${to} already` };
  const closed = windowClosed(root, blockAtMs);
  if (closed !== undefined) return closed;
  if (state === from) return { standing: 'alive' };
  if (fromAt === 0n) return { standing: 'alive', waitsFor: `L1 is at state ${state} and takes this one from ${from}` };
  return { standing: 'gone', reason: `L1 has gone on from state ${from} to ${state} by another root` };
}

function decodeCall({ epoch, data }: RootRecord): { readonly from: Hex; readonly to: Hex } {
  try {
    const decoded = decodeFunctionData({ abi: CANARY_ROLLUP_ABI, data });
    if (decoded.functionName === 'submitRoot') return { from: decoded.args[1], to: decoded.args[2] };
  } catch (cause) {
    throw new MalformedRootCallError(epoch, "it is no call of the canary's contract", { cause });
  }
  throw new MalformedRootCallError(epoch, 'it submits no root');
}
