import type { EpochLedger } from '../../ledger/epoch-ledger.ts';
import type { IncidentLog } from '../../ledger/incident-log.ts';
import type { Outbox, RootRecord } from '../../ledger/outbox.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { L1Client } from '../l1-client.ts';
import { findReceipt } from './read-root-view.ts';
import { asReorged } from './root-changes.ts';
import type { SubmissionPolicy } from './submission-policy.ts';

/** Several epochs may have been proven within the time that is checked. */
const WATCHED_EPOCHS = 8;

export interface WatchMinedRootsDeps {
  readonly outbox: Outbox;
  readonly epochs: EpochLedger;
  readonly incidents: IncidentLog;
  readonly l1: L1Client;
  /** Whether a root is this submitter's. */
  readonly takes: (root: RootRecord) => boolean;
  readonly policy: SubmissionPolicy;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/** Checks the transactions of recently mined roots; a root whose transaction a reorg removed becomes `sent` again. */
export async function watchMinedRoots(deps: WatchMinedRootsDeps): Promise<void> {
  const sinceMs = deps.nowMs() - deps.policy.reorgWatchSeconds * 1000;
  for (const epoch of await deps.epochs.latest(WATCHED_EPOCHS)) {
    if (epoch.state !== 'proven' || (epoch.closedAtMs ?? 0) < sinceMs) continue;
    const root = await deps.outbox.find(epoch.epoch);
    if (root?.state === 'mined' && deps.takes(root)) await checkRoot(root, deps);
  }
}

async function checkRoot(root: RootRecord, { outbox, incidents, l1, log }: WatchMinedRootsDeps): Promise<void> {
  const mined = root.submissions.find(({ outcome }) => outcome === 'mined');
  if (mined === undefined) return;
  const receipt = await findReceipt(l1, mined.transactionHash);
  if (receipt?.isSuccess === true) return;
  const message = `transaction ${mined.transactionHash} was mined but is no longer on L1: a reorg removed it, and it is sent again`;
  if ((await outbox.replace(asReorged(root, message))) === undefined) return;
  log.warn({ epoch: root.epoch, transactionHash: mined.transactionHash }, 'a reorg removed a mined root');
  await incidents.report({ kind: 'submission', subject: `epoch ${root.epoch}`, message });
}
