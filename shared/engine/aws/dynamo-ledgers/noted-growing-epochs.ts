import { GrowingEpoch, type GrowingEpochs } from '../../../agent-fleet/growing-epoch.ts';
import type { Note, Notes } from '../../../ledger/notes.ts';

/** {@link GrowingEpochs} as a note. */
export class NotedGrowingEpochs implements GrowingEpochs {
  readonly #note: Note<GrowingEpoch>;

  constructor(notes: Notes) {
    this.#note = notes.of('growing-epoch', GrowingEpoch);
  }

  async report(growing: GrowingEpoch): Promise<void> {
    const { version } = await this.#note.find();
    // If another node was first, it reported the same: both follow one chain.
    await this.#note.replace(growing, version);
  }

  async latest(): Promise<GrowingEpoch | undefined> {
    return (await this.#note.find()).value;
  }
}
