import { z } from 'zod';

import { RollupId } from '../proving-job/epoch-id.ts';
import type { Note, Notes } from './notes.ts';

const LineRollups = z.strictObject({ lines: z.array(z.strictObject({ line: z.string(), rollup: RollupId })) });
type LineRollups = z.infer<typeof LineRollups>;

const MOST_TRIES = 5;

function noteIn(notes: Notes): Note<LineRollups> {
  return notes.of('line-rollups', LineRollups);
}

/**
 * The rollup that the line proves for, since its first epoch: the registry names another one after an upgrade of the network.
 * @param line its name, or its version where lines have no names
 */
export async function rollupOfLine(notes: Notes, line: string): Promise<RollupId | undefined> {
  const { value } = await noteIn(notes).find();
  return value?.lines.find((known) => known.line === line)?.rollup;
}

/** Notes the line's rollup, and replaces what was noted before. Brokers of other lines may do the same at the same time. */
export async function noteRollupOfLine(notes: Notes, line: string, rollup: RollupId): Promise<void> {
  const note = noteIn(notes);
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const { value, version } = await note.find();
    const lines = value?.lines ?? [];
    if (lines.some((known) => known.line === line && known.rollup === rollup)) return;
    const others = lines.filter((known) => known.line !== line);
    if (await note.replace({ lines: [...others, { line, rollup }] }, version)) return;
  }
  throw new Error(`could not note the rollup of line ${line}: other brokers keep replacing the note`);
}
