import type { Note } from '../ledger/notes.ts';
import { type DrillRecord, isUnderWay } from './drill-record.ts';

/** Another drill has not ended yet. */
export class DrillUnderWayError extends Error {
  override readonly name = 'DrillUnderWayError';
  readonly drill: DrillRecord | undefined;

  constructor(drill: DrillRecord | undefined) {
    super(
      drill === undefined
        ? 'another drill has just begun: wait until it has ended'
        : `drill ${drill.id} (${drill.fault}, by ${drill.by}) is under way: wait until it has ended, ` +
            `at the latest at ${new Date(drill.expiresAtMs).toISOString()}`,
    );
    this.drill = drill;
  }
}

/**
 * Begins a drill.
 * @throws {DrillUnderWayError} while another one is under way
 */
export async function beginDrill(note: Note<DrillRecord>, record: DrillRecord): Promise<void> {
  const { value, version } = await note.find();
  if (value !== undefined && isUnderWay(value, record.startedAtMs)) throw new DrillUnderWayError(value);
  if (!(await note.replace(record, version))) throw new DrillUnderWayError(undefined);
}

/** Ends the drill, and with it its fault. Safe to repeat, and after another drill has begun. */
export async function endDrill(note: Note<DrillRecord>, id: string, endedAtMs: number): Promise<void> {
  await changeDrill(note, id, (record) => ({ ...record, endedAtMs: record.endedAtMs ?? endedAtMs }));
}

/**
 * Changes the record of a drill, also when another process changes it meanwhile.
 * @returns the changed record; `undefined` when another drill has its place, or `change` returns nothing
 */
export async function changeDrill(
  note: Note<DrillRecord>,
  id: string,
  change: (record: DrillRecord) => DrillRecord | undefined,
): Promise<DrillRecord | undefined> {
  for (;;) {
    const { value, version } = await note.find();
    const changed = value?.id === id ? change(value) : undefined;
    if (changed === undefined) return undefined;
    if (await note.replace(changed, version)) return changed;
  }
}
