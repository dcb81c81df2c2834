import { z } from 'zod';

import type { SqliteDatabase, SqliteRow } from './sqlite-database.ts';
import { ProvingJobId } from '../../proving-job/proving-job-id.ts';
import type { Settlement, SettlementFeed } from '../../ledger/settlement-feed.ts';

/** How often the table is polled. A poll takes 3 µs, as much as reading `PRAGMA data_version` first would. */
const POLL_MS = 5;
/** Settlements of one poll: those of an epoch that is cancelled come all at once. */
const MOST_AT_ONCE = 1_000;

const SettlementRow = z.object({
  job_id: ProvingJobId,
  state: z.enum(['proven', 'rejected', 'cancelled']),
});

/** A {@link SettlementFeed} that follows the engine's table `settlements`, which the ledger's triggers write. */
export class SqliteSettlementFeed implements SettlementFeed {
  readonly #database: SqliteDatabase;

  constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  subscribe(onSettled: (settlement: Settlement) => void): () => void {
    let seen = Number(this.#database.get('select max(sequence) as newest from settlements')?.['newest']);
    const poll = (): void => {
      for (const row of this.#after(seen)) {
        seen = Number(row['sequence']);
        const { data: settlement } = SettlementRow.safeParse(row);
        // One that cannot be read must not hold up those behind it: the subscriber reconciles with the ledger.
        if (settlement !== undefined) onSettled({ jobId: settlement.job_id, state: settlement.state });
      }
    };
    // A feed does not keep its process alive.
    const timer = setInterval(poll, POLL_MS).unref();
    return () => {
      clearInterval(timer);
    };
  }

  #after(sequence: number): readonly SqliteRow[] {
    try {
      return this.#database.all(
        'select sequence, job_id, state from settlements where sequence > ? order by sequence limit ?',
        sequence,
        MOST_AT_ONCE,
      );
    } catch {
      // The next poll tries again. If the database stays unreadable, or is closed, the subscriber gets the error when it
      // reconciles with the ledger; an error in this timer would end the process instead.
      return [];
    }
  }
}
