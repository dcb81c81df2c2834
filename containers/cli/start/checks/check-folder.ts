import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';

import { RESERVE_BYTES, readFreeBytes, WARNING_BYTES } from '../../../../shared/engine/embedded/disk-reserve.ts';
import { explainError } from '../../../processes/explain-error.ts';
import { formatBytes } from '../../../terminal/format-bytes.ts';
import { missing, ready, type RoleFinding, warning } from './role-finding.ts';

/** Whether this user may write to the folder, or make it, and how much room its disk has. Changes nothing. */
export async function checkFolder(subject: string, folder: string): Promise<readonly RoleFinding[]> {
  try {
    const existing = await nearestExisting(path.resolve(folder));
    if (!(await stat(existing)).isDirectory())
      return [missing('machine', subject, `${existing} is not a folder: name another`)];
    await access(existing, constants.W_OK | constants.X_OK);
    return [judgeRoom(subject, folder, await readFreeBytes(existing))];
  } catch (error) {
    const explanation = explainError(error);
    if (explanation === undefined) throw error;
    return [missing('machine', subject, explanation)];
  }
}

function judgeRoom(subject: string, folder: string, freeBytes: number): RoleFinding {
  const detail = Number.isFinite(freeBytes) ? `${folder}, ${formatBytes(freeBytes)} free` : folder;
  if (freeBytes >= WARNING_BYTES) return ready(subject, detail);
  // Not missing: a program that starts on a full disk can still finish and submit what is proven.
  const why =
    freeBytes < RESERVE_BYTES
      ? `no proof is stored where less than ${formatBytes(RESERVE_BYTES)} are left`
      : 'an epoch of 10,000 jobs takes about 1.6 GB';
  return warning(subject, `${detail}: ${why}`, 'free space on its disk, or name a folder on another');
}

async function nearestExisting(folder: string): Promise<string> {
  const parent = path.dirname(folder);
  return await stat(folder).then(
    () => folder,
    async (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === folder) throw error;
      return nearestExisting(parent);
    },
  );
}
