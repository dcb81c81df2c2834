import type { RootRecord } from '../../ledger/outbox.ts';

/** Names the root in a line of the log. */
export function aboutRoot({ epoch, epochId }: RootRecord): Pick<RootRecord, 'epoch' | 'epochId'> {
  return { epoch, epochId };
}
