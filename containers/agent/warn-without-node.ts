import type { EpochLedger } from '../../shared/ledger/epoch-ledger.ts';
import { pause } from '../../shared/retry/pause.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';

/** Longer than a node takes to open an epoch on a machine where it has just been started. */
const EVERY_MS = 600_000;

export interface WarnWithoutNodeDeps {
  readonly epochs: Pick<EpochLedger, 'latest'>;
  readonly dataDirectory: string;
  readonly log: Logger;
}

/**
 * Warns every ten minutes while no node has ever used the ledger of the embedded engine, until `signal` aborts: an agent on a
 * different machine from the node has created a second ledger, and would never find a job there.
 */
export async function runNodeWarning(
  { epochs, dataDirectory, log }: WarnWithoutNodeDeps,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await pause(EVERY_MS, signal);
    if (signal.aborted) return;
    try {
      if ((await epochs.latest(1)).length > 0) return;
      log.warn(
        { dataDirectory },
        'no node has opened an epoch in this ledger yet, and the embedded engine works on one machine only: start the node ' +
          'there with the same --data-directory, or use --engine aws for agents on other machines',
      );
    } catch (error) {
      log.warn({ err: error }, 'could not check whether a node uses the ledger');
    }
  }
}
