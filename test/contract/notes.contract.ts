import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import type { Notes } from '../../shared/ledger/notes.ts';

export interface NotesHarness {
  readonly notes: Notes;
  close(): Promise<void>;
}

const Count = z.strictObject({ count: z.number() });
const Word = z.strictObject({ word: z.string() });

export function describeNotesContract(adapter: string, open: () => Promise<NotesHarness>): void {
  describe(`Notes contract: ${adapter}`, () => {
    let harness: NotesHarness;
    let notes: Notes;
    beforeEach(async () => {
      harness = await open();
      notes = harness.notes;
    });
    afterEach(() => harness.close());

    it('finds nothing before anything is noted', async () => {
      expect(await notes.of('scale-fleet', Count).find()).toEqual({ value: undefined, version: undefined });
    });

    it("replaces a program's note, and leaves those of others alone", async () => {
      const note = notes.of('scale-fleet', Count);
      expect(await notes.of('watch-l1', Count).replace({ count: 9 }, undefined)).toBe(true);
      expect(await note.replace({ count: 1 }, undefined)).toBe(true);
      const { version } = await note.find();
      expect(await note.replace({ count: 2 }, version)).toBe(true);
      expect((await note.find()).value).toEqual({ count: 2 });
      expect((await notes.of('watch-l1', Count).find()).value).toEqual({ count: 9 });
    });

    it('lets only the first of two runs replace what both have read', async () => {
      const note = notes.of('scale-fleet', Count);
      expect(await note.replace({ count: 1 }, undefined)).toBe(true);
      expect(await note.replace({ count: 2 }, undefined)).toBe(false);
      const { version } = await note.find();
      expect(await note.replace({ count: 3 }, version)).toBe(true);
      expect(await note.replace({ count: 4 }, version)).toBe(false);
      expect((await note.find()).value).toEqual({ count: 3 });
    });

    it('replaces a note of another version, which it cannot read', async () => {
      await notes.of('scale-fleet', Word).replace({ word: 'other' }, undefined);
      const note = notes.of('scale-fleet', Count);
      const { value, version } = await note.find();
      expect(value).toBeUndefined();
      expect(await note.replace({ count: 1 }, version)).toBe(true);
      expect((await note.find()).value).toEqual({ count: 1 });
    });
  });
}
