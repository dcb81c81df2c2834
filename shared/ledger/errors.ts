import type { ProvingJobId } from '../proving-job/proving-job-id.ts';

/** The job is no longer ours: the lease ended and another agent took it, or it was settled or cancelled. Stop proving. */
export class JobLeaseLostError extends Error {
  override readonly name = 'JobLeaseLostError';
  readonly retryable = false;
  readonly jobId: ProvingJobId;

  constructor(jobId: ProvingJobId, options?: ErrorOptions) {
    super(`lease lost for proving job ${jobId}`, options);
    this.jobId = jobId;
  }
}

/** An item of the ledger's table is not what this program writes. It is left as it is. */
export class UnreadableItemError extends Error {
  override readonly name = 'UnreadableItemError';
  readonly table: string;
  readonly pk: string;
  readonly sk: string;

  constructor(table: string, pk: string, sk: string, what: string, options?: ErrorOptions) {
    super(
      `item pk ${pk}, sk ${sk} of table ${table} cannot be read: ${what}. ` +
        'Run the version of coppice that wrote it, or delete the item',
      options,
    );
    this.table = table;
    this.pk = pk;
    this.sk = sk;
  }
}

/** An item was under other changes, or the table throttled, in every try. Nothing was written; try again. */
export class LedgerBusyError extends Error {
  override readonly name = 'LedgerBusyError';
  readonly retryable = true;
  readonly table: string;
  readonly pk: string;
  readonly sk: string;
  readonly tries: number;

  constructor(table: string, pk: string, sk: string, tries: number, options?: ErrorOptions) {
    super(`item pk ${pk}, sk ${sk} of table ${table} was busy in each of ${tries} tries: try again`, options);
    this.table = table;
    this.pk = pk;
    this.sk = sk;
    this.tries = tries;
  }
}

/** The table tells nobody of its changes, or not enough. Until it does, settlements are seen only by looking for them. */
export class TableStreamMissingError extends Error {
  override readonly name = 'TableStreamMissingError';
  readonly table: string;

  constructor(table: string) {
    super(`table ${table} has no stream of new and old images: turn it on, with the view type NEW_AND_OLD_IMAGES`);
    this.table = table;
  }
}
