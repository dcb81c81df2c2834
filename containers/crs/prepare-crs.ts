import { BbProcess } from '../agent/families/bb-process.ts';
import { CanaryProver } from '../agent/families/canary-prover.ts';
import { errorText } from '../../shared/telemetry/error-text.ts';
import { makeDevelopmentCrs } from './make-development-crs.ts';
import { readCrs } from '../../shared/crs/read-crs.ts';

/** The points that the canary's largest circuits need: one for each of 2^21 gates, and one more. */
export const CANARY_POINTS = 2 ** 21 + 1;

/** The points that Aztec's largest circuit needs, the root's of 2^24 gates. */
export const AZTEC_POINTS = 2 ** 24 + 1;

/** What two cores make in a second. */
const POINTS_PER_SECOND = 70_000;

/** Receives a line for each step that takes time. */
type OnProgress = (line: string) => void;

/**
 * Makes `points` points of the development CRS in `directory`, unless they are there.
 * @throws {Error} if the folder holds another reference string
 */
export async function prepareDevelopmentCrs(
  directory: string,
  onProgress: OnProgress,
  points = CANARY_POINTS,
): Promise<void> {
  const found = await readCrs(directory);
  if (found?.kind === 'ceremony') {
    throw new Error(
      `${directory} contains Aztec's reference string: set CRS_PATH to another folder for the development one`,
    );
  }
  if (found !== undefined && found.points >= points) {
    onProgress(`the development CRS is already in ${directory}`);
    return;
  }
  const minutes = points / POINTS_PER_SECOND / 60;
  const duration = minutes < 1 ? 'half a minute' : `${Math.ceil(minutes)} minutes on two cores`;
  onProgress(`making ${points} points of the development CRS in ${directory}; this takes about ${duration}`);
  let reportedPercent = 0;
  await makeDevelopmentCrs(directory, points, (donePoints) => {
    const percent = Math.floor((100 * donePoints) / points);
    if (percent < reportedPercent + 10) return;
    reportedPercent = percent - (percent % 10);
    onProgress(`${reportedPercent} %`);
  });
  onProgress('done; it is INSECURE: anybody can forge proofs under it, and no public network accepts them');
}

/**
 * Has `bb` fetch Aztec's reference string into `directory`, unless it is there; `bb` checks the digests of what it fetches.
 * @throws {Error} if the folder holds the development one
 * @throws {CrsNotFetchedError} with the message of `bb`
 */
export async function prepareCeremonyCrs(directory: string, onProgress: OnProgress): Promise<void> {
  const found = await readCrs(directory);
  if (found?.kind === 'development') {
    throw new Error(`${directory} contains the development CRS: set CRS_PATH to another folder for Aztec's`);
  }
  if (found !== undefined && found.points >= CANARY_POINTS) {
    onProgress(`Aztec's reference string is already in ${directory}`);
    return;
  }
  onProgress(
    `fetching ${CANARY_POINTS} points of Aztec's reference string into ${directory} with bb, 64 MiB, digests checked`,
  );
  const bb = new BbProcess({ crsPath: directory });
  try {
    const prover = new CanaryProver(bb, 'ceremony');
    // bb fetches no more than it uses: a few points first, so that a missing network shows at once, then all of them.
    await prover.makeKey({ circuit: 'CANARY_LEAF', work: 1 });
    onProgress('the first points are fetched; fetching the rest');
    await prover.makeKey({ circuit: 'CANARY_MERGE' });
  } catch (error) {
    throw new CrsNotFetchedError(directory, { cause: error });
  } finally {
    await bb.stop();
  }
  if ((await readCrs(directory)) === undefined) throw new Error(`bb left no reference string in ${directory}`);
  onProgress('done');
}

class CrsNotFetchedError extends Error {
  override readonly name = 'CrsNotFetchedError';

  constructor(directory: string, options: { readonly cause: unknown }) {
    const reason = errorText(options.cause);
    super(
      `Aztec's reference string was not fetched into ${directory} (${reason}): run coppice crs again where there is a network, ` +
        'or coppice crs --development for one that proves nothing to anybody',
      options,
    );
  }
}
