import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { anvilPrivateKey } from '../../containers/local-l1/devnet-accounts.ts';

const ACCOUNTS = 10;
const MNEMONIC = 'test test test test test test test test test test test junk';

/** Looks through every file below a folder for a key of an account of anvil's, in any spelling. */
export async function findKeyLeaks(
  directory: string,
): Promise<{ readonly files: readonly string[]; readonly leaks: readonly string[] }> {
  const keys = Array.from({ length: ACCOUNTS }, (_, index) => anvilPrivateKey(index).slice(2));
  const needles = [
    ...keys.flatMap((key) => [Buffer.from(key), Buffer.from(key.toUpperCase()), Buffer.from(key, 'hex')]),
    Buffer.from(MNEMONIC),
  ];
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const leaks: string[] = [];
  for (const file of files) {
    const bytes = await readFile(file);
    if (needles.some((needle) => bytes.includes(needle))) leaks.push(file);
  }
  return { files, leaks };
}
