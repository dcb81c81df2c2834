import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';

import { DOUBLING_DISTANCE } from '../../shared/crs/development-secret.ts';
import { POINT_BYTES, type PointsShare } from '../../shared/crs/points-share.ts';
import { replaceFile } from '../../shared/files/replace-file.ts';

/**
 * Makes the first `points` of the development CRS in `directory`, in the file that `bb` reads. An
 * interrupted call leaves no file of that name.
 */
export async function makeDevelopmentCrs(
  directory: string,
  points: number,
  onProgress: (donePoints: number) => void,
): Promise<void> {
  const buffer = new SharedArrayBuffer(points * POINT_BYTES);
  const workers = Math.min(availableParallelism(), 8);
  const places = Math.min(points, DOUBLING_DISTANCE);
  const done = new Array<number>(workers).fill(0);
  await Promise.all(
    done.map((_, index) =>
      fillShare(
        {
          buffer,
          points,
          firstPlace: Math.floor((index * places) / workers),
          endPlace: Math.floor(((index + 1) * places) / workers),
        },
        (donePoints) => {
          done[index] = donePoints;
          onProgress(Math.min(...done));
        },
      ),
    ),
  );
  await replaceFile(path.join(directory, 'bn254_g1.dat'), new Uint8Array(buffer));
}

function fillShare(share: PointsShare, onProgress: (donePoints: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./development-points-worker.ts', import.meta.url), { workerData: share });
    worker.on('message', (donePoints: number) => onProgress(donePoints));
    worker.once('error', reject);
    worker.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with code ${code}`))));
  });
}
