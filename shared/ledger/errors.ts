import type { ProvingJobId } from '../proving-job/proving-job-id.ts';

/** The agent no longer holds the job: its lease ended and another agent took it, or the job was settled. Stop proving. */
export class JobLeaseLostError extends Error {
  override readonly name = 'JobLeaseLostError';
  readonly jobId: ProvingJobId;

  constructor(jobId: ProvingJobId, options?: ErrorOptions) {
    super(`lease lost for proving job ${jobId}`, options);
    this.jobId = jobId;
  }
}

/** An item of the ledger's table is not one that this program writes. It is left unchanged. */
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

/** A record of the ledger is not one that this program writes. It is left unchanged. */
export class UnreadableRecordError extends Error {
  override readonly name = 'UnreadableRecordError';
  /** Such as `epoch 1-0x…:7`. */
  readonly record: string;

  constructor(record: string, what: string, options?: ErrorOptions) {
    super(`the record of ${record} cannot be read: ${what}. Run the version of coppice that wrote it`, options);
    this.record = record;
  }
}

/** Others kept changing an item, or the table throttled, in every try. Nothing was written; try again. */
export class LedgerBusyError extends Error {
  override readonly name = 'LedgerBusyError';
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

/** The table has no stream of its changes, or one that lacks the old images. Until it has, settlements are only found by reconciling. */
export class TableStreamMissingError extends Error {
  override readonly name = 'TableStreamMissingError';
  readonly table: string;

  constructor(table: string) {
    super(`table ${table} has no stream of new and old images: turn it on, with the view type NEW_AND_OLD_IMAGES`);
    this.table = table;
  }
}
