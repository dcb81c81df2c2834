import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { bn254 } from '@noble/curves/bn254';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { developmentPoint, developmentSecretInG2, DOUBLING_DISTANCE } from '../../../shared/crs/development-secret.ts';
import { makeDevelopmentCrs } from '../../../containers/crs/make-development-crs.ts';
import { prepareCeremonyCrs, prepareDevelopmentCrs } from '../../../containers/crs/prepare-crs.ts';
import { readCrs } from '../../../shared/crs/read-crs.ts';

const CEREMONY_BEGINNING = Buffer.from(
  '0000000000000000000000000000000000000000000000000000000000000001' +
    '0000000000000000000000000000000000000000000000000000000000000002' +
    '2d360628289ff943ff6bd1a87bbe4e62abe7fb61ba83effd266f22bdcf31e6f9' +
    '26b92a79e563c3f48252cce7feeca2f0f8d33dcb4ef7b0643bf07bd405700aaa',
  'hex',
);

describe('the development CRS', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'coppice-crs-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  const pointAt = (bytes: Buffer, index: number): { x: bigint; y: bigint } => {
    const word = (offset: number): bigint => BigInt(`0x${bytes.subarray(offset, offset + 32).toString('hex')}`);
    return { x: word(64 * index), y: word(64 * index + 32) };
  };

  it('holds the secret’s powers in order, past many rows of doublings', async () => {
    const points = 5 * DOUBLING_DISTANCE + 3;
    const reported: number[] = [];
    await makeDevelopmentCrs(directory, points, (donePoints) => reported.push(donePoints));

    const bytes = await readFile(path.join(directory, 'bn254_g1.dat'));
    expect(bytes.length).toBe(64 * points);
    expect(pointAt(bytes, 0)).toEqual({ x: 1n, y: 2n });
    for (const index of [1, 2, DOUBLING_DISTANCE - 1, DOUBLING_DISTANCE, 3 * DOUBLING_DISTANCE + 17, points - 1]) {
      expect(pointAt(bytes, index)).toEqual(developmentPoint(index));
    }
    expect(reported.at(-1)).toBeGreaterThan(0);
    expect(await readdir(directory)).toEqual(['bn254_g1.dat']);
  });

  it('matches the point that the development verifier pairs with', () => {
    const secretInG2 = bn254.G2.ProjectivePoint.fromAffine(developmentSecretInG2());
    const second = bn254.G1.ProjectivePoint.fromAffine(developmentPoint(1));

    const left = bn254.pairing(second, bn254.G2.ProjectivePoint.BASE);
    const right = bn254.pairing(bn254.G1.ProjectivePoint.BASE, secretInG2);
    expect(bn254.fields.Fp12.eql(left, right)).toBe(true);
  });

  it('is distinguished from Aztec’s by its second point, and both from any other file', async () => {
    expect(await readCrs(directory)).toBeUndefined();
    await makeDevelopmentCrs(directory, 10, () => undefined);
    expect(await readCrs(directory)).toEqual({ kind: 'development', points: 10 });
    await writeFile(path.join(directory, 'bn254_g1.dat'), CEREMONY_BEGINNING);
    expect(await readCrs(directory)).toEqual({ kind: 'ceremony', points: 2 });
    await writeFile(path.join(directory, 'bn254_g1.dat'), Buffer.alloc(640, 1));
    await expect(readCrs(directory)).rejects.toThrow('neither Aztec');
  });

  it('never overwrites Aztec’s, nor does Aztec’s overwrite it', async () => {
    await writeFile(path.join(directory, 'bn254_g1.dat'), CEREMONY_BEGINNING);
    await expect(prepareDevelopmentCrs(directory, () => undefined)).rejects.toThrow('set CRS_PATH to another folder');
    await makeDevelopmentCrs(directory, 10, () => undefined);
    await expect(prepareCeremonyCrs(directory, () => undefined)).rejects.toThrow('set CRS_PATH to another folder');
  });
});
