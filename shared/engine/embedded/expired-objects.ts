import { opendir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { EpochId } from '../../proving-job/epoch-id.ts';

/** Files between two readings of the epochs that are needed. */
const PORTION = 200;

export interface ExpiredObjects {
  /** The folder of the proofs. */
  readonly directory: string;
  /** Files that were written before this Unix time in milliseconds are removed. */
  readonly beforeMs: number;
  /** The epochs whose objects stay, whatever their age. */
  readonly neededEpochs: () => ReadonlySet<EpochId>;
  readonly signal: AbortSignal;
}

/** Removes inputs, proofs and quarantined objects that nothing needs any more; returns how many files. */
export async function removeExpiredObjects({
  directory,
  beforeMs,
  neededEpochs,
  signal,
}: ExpiredObjects): Promise<number> {
  let needed = neededEpochs();
  let seen = 0;
  let removed = 0;
  for (const folder of ['inputs', 'outputs', 'quarantine']) {
    for await (const path of filesIn(join(directory, folder))) {
      if (signal.aborted) return removed;
      if (++seen % PORTION === 0) needed = neededEpochs();
      const epoch = epochOf(path);
      if (epoch !== undefined && needed.has(epoch)) continue;
      const writtenAtMs = (await stat(path).catch(() => undefined))?.mtimeMs ?? Infinity;
      if (writtenAtMs >= beforeMs) continue;
      await rm(path, { force: true });
      removed += 1;
    }
  }
  return removed;
}

async function* filesIn(directory: string): AsyncGenerator<string> {
  const entries = await opendir(directory, { recursive: true }).catch(() => []);
  for await (const entry of entries) {
    if (entry.isFile()) yield join(entry.parentPath, entry.name);
  }
}

/** Every object is named for its job, and that begins with the id of its epoch. */
function epochOf(path: string): EpochId | undefined {
  return EpochId.safeParse(/^(.+):[A-Z][A-Z0-9_]*:/.exec(basename(path))?.[1]).data;
}
