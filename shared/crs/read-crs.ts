import { open } from 'node:fs/promises';
import path from 'node:path';

import type { CrsKind } from './crs-kind.ts';
import { developmentPoint } from './development-secret.ts';
import { POINT_BYTES } from './points-share.ts';

/** The second point of Aztec's ceremony, made by its secret: no other reference string has it. */
const CEREMONY_SECOND_POINT =
  '2d360628289ff943ff6bd1a87bbe4e62abe7fb61ba83effd266f22bdcf31e6f9' +
  '26b92a79e563c3f48252cce7feeca2f0f8d33dcb4ef7b0643bf07bd405700aaa';

/** A reference string on the disk. */
export interface CrsOnDisk {
  readonly kind: CrsKind;
  readonly points: number;
}

/**
 * Identifies the reference string that `bb` keeps in `directory`; `undefined` if nothing is there.
 * @throws {UnknownCrsError} if it is neither the ceremony's nor the development one: its proofs may be worth nothing.
 */
export async function readCrs(directory: string): Promise<CrsOnDisk | undefined> {
  const file = path.join(directory, 'bn254_g1.dat');
  const handle = await open(file, 'r').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  try {
    const second = Buffer.alloc(POINT_BYTES);
    await handle.read(second, 0, POINT_BYTES, POINT_BYTES);
    const points = Math.floor((await handle.stat()).size / POINT_BYTES);
    const found = second.toString('hex');
    if (found === CEREMONY_SECOND_POINT) return { kind: 'ceremony', points };
    if (found === hexOf(developmentPoint(1))) return { kind: 'development', points };
    throw new UnknownCrsError(file);
  } finally {
    await handle.close();
  }
}

function hexOf({ x, y }: { readonly x: bigint; readonly y: bigint }): string {
  return [x, y].map((coordinate) => coordinate.toString(16).padStart(64, '0')).join('');
}

export class UnknownCrsError extends Error {
  override readonly name = 'UnknownCrsError';

  constructor(file: string) {
    super(
      `${file} is neither Aztec's reference string nor the development one: delete it, and run coppice crs to fetch Aztec's`,
    );
  }
}
