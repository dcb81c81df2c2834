import { DynamoNotes } from '../dynamo/dynamo-notes.ts';
import type { DynamoTable } from '../dynamo/dynamo-table.ts';
import { GrowingEpoch, type GrowingEpochs } from '../../../agent-fleet/growing-epoch.ts';

/** {@link GrowingEpochs} as a note in the ledger's table. */
export class DynamoGrowingEpochs implements GrowingEpochs {
  readonly #notes: DynamoNotes<typeof GrowingEpoch>;

  constructor(table: DynamoTable) {
    this.#notes = new DynamoNotes(table, 'growing-epoch', GrowingEpoch);
  }

  async report(growing: GrowingEpoch): Promise<void> {
    const { version } = await this.#notes.find();
    // Should another node have been first, it has told the same: both follow one chain.
    await this.#notes.replace(growing, version);
  }

  async latest(): Promise<GrowingEpoch | undefined> {
    return (await this.#notes.find()).value;
  }
}
