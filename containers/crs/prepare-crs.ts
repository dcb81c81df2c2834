import { BbProcess } from '../agent/families/bb-process.ts';
import { CanaryProver } from '../agent/families/canary-prover.ts';
import { makeDevelopmentCrs } from './make-development-crs.ts';
import { readCrs } from '../../shared/crs/read-crs.ts';

/** As many points as the largest circuits of the canary need: 2^21 gates, and one more. */
export const CANARY_POINTS = 2 ** 21 + 1;

export type Tell = (text: string) => void;

/**
 * Makes the development CRS in `directory`, unless it is there.
 * @throws {Error} if the folder holds another reference string
 */
export async function prepareDevelopmentCrs(directory: string, tell: Tell): Promise<void> {
  const found = await readCrs(directory);
  if (found?.kind === 'ceremony') {
    throw new Error(
      `${directory} holds Aztec's reference string: set CRS_PATH to another folder for the development one`,
    );
  }
  if (found !== undefined && found.points >= CANARY_POINTS) {
    tell(`the development CRS is in ${directory} already`);
    return;
  }
  tell(`making ${CANARY_POINTS} points of the development CRS in ${directory}, which takes about half a minute`);
  let toldPercent = 0;
  await makeDevelopmentCrs(directory, CANARY_POINTS, (donePoints) => {
    const percent = Math.floor((100 * donePoints) / CANARY_POINTS);
    if (percent < toldPercent + 10) return;
    toldPercent = percent - (percent % 10);
    tell(`${toldPercent} %`);
  });
  tell('done; it is INSECURE: anybody can forge what is proven under it, and no public network takes it');
}

/**
 * Has `bb` fetch Aztec's reference string into `directory`, unless it is there; `bb` checks the digest of all that it fetches.
 * @throws {Error} if the folder holds the development one
 * @throws {CrsNotFetchedError} with what `bb` said
 */
export async function prepareCeremonyCrs(directory: string, tell: Tell): Promise<void> {
  const found = await readCrs(directory);
  if (found?.kind === 'development') {
    throw new Error(`${directory} holds the development CRS: set CRS_PATH to another folder for Aztec's`);
  }
  if (found !== undefined && found.points >= CANARY_POINTS) {
    tell(`Aztec's reference string is in ${directory} already`);
    return;
  }
  tell(
    `bb fetches ${CANARY_POINTS} points of Aztec's reference string into ${directory}, 64 MiB, and checks their digests`,
  );
  const bb = new BbProcess({ crsPath: directory });
  try {
    const prover = new CanaryProver(bb, 'ceremony');
    // bb fetches no more than it uses: little at first, so that a missing network shows at once, and then all.
    await prover.makeKey({ circuit: 'CANARY_LEAF', work: 1 });
    tell('its beginning is here; the rest follows, with the key that needs it');
    await prover.makeKey({ circuit: 'CANARY_MERGE' });
  } catch (error) {
    throw new CrsNotFetchedError(directory, { cause: error });
  } finally {
    await bb.stop();
  }
  if ((await readCrs(directory)) === undefined) throw new Error(`bb left no reference string in ${directory}`);
  tell('done');
}

class CrsNotFetchedError extends Error {
  override readonly name = 'CrsNotFetchedError';

  constructor(directory: string, options: { readonly cause: unknown }) {
    const reason = options.cause instanceof Error ? options.cause.message : String(options.cause);
    super(
      `Aztec's reference string was not fetched into ${directory} (${reason}): run coppice crs again where there is a network, ` +
        'or coppice crs --development for one that proves nothing to anybody',
      options,
    );
  }
}
