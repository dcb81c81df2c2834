import { chmod, readFile } from 'node:fs/promises';
import path from 'node:path';

import { CEREMONY_G2, developmentG2 } from '../../shared/crs/secrets-in-g2.ts';
import { replaceFile } from '../../shared/files/replace-file.ts';

/** The `bb` is not built as that of Aztec 4.1.2: it does not contain the ceremony's secret in G2 as bytes, once. */
export class UnknownBbError extends Error {
  override readonly name = 'UnknownBbError';

  constructor(bbPath: string, times: number) {
    super(
      `${bbPath} has a word of the ceremony's secret in G2 ${times} times, not once: it cannot verify under the development CRS`,
    );
  }
}

/**
 * Writes a copy of `bb` that verifies proofs under the development CRS. Aztec's prover has `bb` verify each proof, and `bb` has the
 * ceremony's secret in G2 in its code; the copy has the development one there, 128 bytes, and is equal otherwise.
 * @returns the copy's path, in `folder`
 * @throws {UnknownBbError}
 */
export async function writeDevelopmentBb(bbPath: string, folder: string): Promise<string> {
  const program = await readFile(bbPath);
  const words = developmentG2();
  for (const [index, word] of CEREMONY_G2.entries()) {
    const places = placesOf(program, Buffer.from(word, 'hex'));
    const [place] = places;
    if (place === undefined || places.length > 1) throw new UnknownBbError(bbPath, places.length);
    Buffer.from(words[index] ?? '', 'hex').copy(program, place);
  }
  const copy = path.join(folder, 'bb');
  await replaceFile(copy, program);
  await chmod(copy, 0o755);
  return copy;
}

function placesOf(program: Buffer, bytes: Buffer): readonly number[] {
  const places: number[] = [];
  for (let place = program.indexOf(bytes); place >= 0; place = program.indexOf(bytes, place + 1)) places.push(place);
  return places;
}
