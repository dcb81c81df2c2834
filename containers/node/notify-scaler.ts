import type { Scaler } from '../../shared/agent-fleet/scaler.ts';
import type { EpochLedger } from '../../shared/ledger/epoch-ledger.ts';

/**
 * The ledger of epochs, which asks the scaler for a run whenever an epoch is opened, taken up again or over another
 * range, and when one ends. Its callers neither see nor wait for that.
 */
export function notifyScaler(epochs: EpochLedger, scaler: Pick<Scaler, 'ask'>): EpochLedger {
  return {
    async open(epoch) {
      const record = await epochs.open(epoch);
      void scaler.ask();
      return record;
    },
    async advance(...change) {
      const record = await epochs.advance(...change);
      void scaler.ask();
      return record;
    },
    reopen: (...change) => epochs.reopen(...change),
    find: (id) => epochs.find(id),
    latest: (limit) => epochs.latest(limit),
  };
}
