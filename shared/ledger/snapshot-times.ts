import { z } from 'zod';

import type { Note, Notes } from './notes.ts';

const Times = z.strictObject({ begunAtMs: z.record(z.string(), z.number().int()) });

/** When the databases of each line's node were last copied: a program that starts again goes on with the interval. */
export class SnapshotTimes {
  readonly #note: Note<z.infer<typeof Times>>;
  readonly #networkVersion: string;

  constructor(notes: Notes, networkVersion: string) {
    this.#note = notes.of('node-snapshots', Times);
    this.#networkVersion = networkVersion;
  }

  /**
   * How long ago, in milliseconds. The first is due an interval after the first call: the node has just begun with a snapshot of
   * the network's. A clock that was set back does not delay the next.
   */
  async ageMs(nowMs: number): Promise<number> {
    const { value } = await this.#note.find();
    const begunAtMs = value?.begunAtMs[this.#networkVersion];
    if (begunAtMs !== undefined) return begunAtMs > nowMs ? Infinity : nowMs - begunAtMs;
    await this.noteBegun(nowMs);
    return 0;
  }

  async noteBegun(nowMs: number): Promise<void> {
    const { value, version } = await this.#note.find();
    await this.#note.replace({ begunAtMs: { ...value?.begunAtMs, [this.#networkVersion]: nowMs } }, version);
  }
}
