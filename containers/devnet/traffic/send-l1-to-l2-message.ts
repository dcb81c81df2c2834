import { InboxAbi } from '@aztec/l1-artifacts/InboxAbi';
import { type Hex, createWalletClient, http, parseEventLogs, publicActions } from 'viem';
import { foundry } from 'viem/chains';

import { ACCOUNT_INDEX, anvilAccount } from '../../local-l1/devnet-accounts.ts';

export interface MessageTarget {
  readonly l1RpcUrl: string;
  readonly inboxAddress: Hex;
  readonly rollupVersion: number;
}

/** Arbitrary content; the message is never consumed. */
const CONTENT: Hex = `0x${'00'.repeat(31)}01`;

/** Sends a message through Aztec's inbox on L1 and waits until it is mined. Returns the checkpoint that will include it. */
export async function sendL1ToL2Message(target: MessageTarget, recipient: Hex): Promise<number> {
  const l1 = createWalletClient({
    account: anvilAccount(ACCOUNT_INDEX.messageSender),
    chain: foundry,
    transport: http(target.l1RpcUrl),
    pollingInterval: 200,
  }).extend(publicActions);
  const hash = await l1.writeContract({
    address: target.inboxAddress,
    abi: InboxAbi,
    functionName: 'sendL2Message',
    args: [{ actor: recipient, version: BigInt(target.rollupVersion) }, CONTENT, CONTENT],
  });
  const { logs } = await l1.waitForTransactionReceipt({ hash });
  const [event] = parseEventLogs({ abi: InboxAbi, eventName: 'MessageSent', logs });
  if (event === undefined) throw new Error(`the inbox logged no message in L1 transaction ${hash}`);
  return Number(event.args.checkpointNumber);
}
