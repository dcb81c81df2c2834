import type { EpochLedger, EpochRecord } from '../../ledger/epoch-ledger.ts';
import { EPOCHS_IN_NEED } from '../../ledger/epoch-needs.ts';
import { aboutEpoch, type IncidentLog } from '../../ledger/incident-log.ts';
import type { Outbox, RootRecord, Submission } from '../../ledger/outbox.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { L1Heads } from '../l1-heads.ts';
import { aboutRoot } from './about-root.ts';
import { findReceipt } from './find-receipt.ts';
import { asReorged } from './root-changes.ts';
import type { SubmissionPolicy } from './submission-policy.ts';

export interface WatchMinedRootsDeps {
  readonly outbox: Outbox;
  readonly epochs: EpochLedger;
  readonly incidents: IncidentLog;
  readonly heads: () => Promise<L1Heads>;
  /** Whether a root is this submitter's. */
  readonly takes: (root: RootRecord) => boolean;
  readonly policy: SubmissionPolicy;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/**
 * Checks the transactions of recently mined roots, whatever their epochs' states: the node may already prove an epoch over
 * other checkpoints. A root whose transaction a reorg removed becomes `sent` again, and its epoch `submitting`: `proven` is
 * final only after the watch has ended.
 */
export async function watchMinedRoots(deps: WatchMinedRootsDeps): Promise<void> {
  const sinceMs = deps.nowMs() - deps.policy.reorgWatchSeconds * 1000;
  for (const epoch of await deps.epochs.latest(EPOCHS_IN_NEED)) {
    if ((epoch.closedAtMs ?? Infinity) < sinceMs) continue;
    const root = await deps.outbox.find(epoch.id);
    if (root?.state === 'mined' && deps.takes(root)) await checkRoot(root, epoch, deps);
  }
}

async function checkRoot(
  root: RootRecord,
  epoch: EpochRecord,
  { outbox, epochs, incidents, heads, log }: WatchMinedRootsDeps,
): Promise<void> {
  const mined = root.submissions.find(({ outcome }) => outcome === 'mined');
  if (mined === undefined) return;
  const { transactionHash } = mined;
  if (!(await isGone(root, mined, await heads()))) {
    // The submitter was cut off between the two writes below, and the transaction was mined again.
    const isCutOff = epoch.state === 'submitting' && epoch.rangeId === root.rangeId;
    if (isCutOff) await epochs.advance(epoch.id, root.rangeId, 'proven', { transactionHash });
    return;
  }
  const message = `transaction ${transactionHash} was mined, but a reorg removed it from L1; sending it again`;
  // The epoch first: a mined root is found again.
  await epochs.reopen(epoch.id, root.rangeId, message);
  if ((await outbox.replace(asReorged(root, message))) === undefined) return;
  log.warn({ ...aboutRoot(root), transactionHash }, 'a reorg removed a mined root');
  await incidents.report({ kind: 'submission', subject: aboutEpoch(root.epochId), message });
}

/**
 * Whether a reorg removed the transaction. A missing receipt alone does not show that: the node may be a block behind, or may
 * not have indexed the block yet. So no node may have the receipt, and one that is at or beyond the block must show at its
 * head that the nonce is free, or taken by another transaction of the root.
 */
async function isGone(root: RootRecord, mined: Submission, { usable }: L1Heads): Promise<boolean> {
  const receipts = await Promise.all(usable.map(({ client }) => findReceipt(client, mined.transactionHash)));
  if (receipts.some((receipt) => receipt?.isSuccess === true)) return false;
  // The root was closed after its block: a head of that time is beyond it.
  const head = usable.find(({ blockAtMs }) => blockAtMs >= (root.settledAtMs ?? 0));
  if (head === undefined) return false;
  if (receipts.some((receipt) => receipt !== undefined)) return true;
  const blockNumber = BigInt(head.blockNumber);
  const nextNonce = await head.client.getTransactionCount({ address: mined.from, blockNumber });
  if (nextNonce <= mined.nonce) return true;
  const rivals = root.submissions.filter((one) => one !== mined && one.nonce === mined.nonce);
  const found = await Promise.all(rivals.map(({ transactionHash }) => findReceipt(head.client, transactionHash)));
  return found.some((receipt) => receipt !== undefined);
}
