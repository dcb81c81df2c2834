import { keyInputs, type KeyInputs } from '../../shared/canary/canary-inputs.ts';
import { artifactSha256, canaryVersion } from '../../shared/canary/circuit-artifact.ts';
import type { CrsKind } from '../../shared/crs/crs-kind.ts';
import { developmentKeys } from '../../shared/canary/development-keys.ts';
import {
  type CanaryKeys,
  LeafKey,
  MergeKey,
  parseVerificationKey,
  RootKey,
} from '../../shared/canary/verification-key.ts';
import type { Work } from '../../shared/canary/work.ts';
import { RangeId } from '../../shared/ledger/job-ledger.ts';
import { EpochNumber, makeEpochId, TRIALS } from '../../shared/proving-job/epoch-id.ts';
import { ProofRequests, type ProofRequestsDeps } from '../../shared/proof-requests/proof-requests.ts';

/** All keys are of one epoch, so that the second canary of a fleet finds them proven. */
const KEYS_EPOCH = makeEpochId(TRIALS, EpochNumber.parse(0));
const KEYS_RANGE = RangeId.parse('canary-keys');

/** The keys of a tree, which the fleet has made or makes now; those of the development string come with the package. */
export async function canaryKeys(
  work: Work,
  crs: CrsKind,
  deps: Pick<ProofRequestsDeps, 'engine' | 'reconcileMs' | 'log'>,
  signal: AbortSignal,
): Promise<CanaryKeys> {
  const known = crs === 'development' ? developmentKeys(work) : undefined;
  if (known !== undefined) return known;
  const requests = new ProofRequests({
    ...deps,
    epochId: KEYS_EPOCH,
    rangeId: KEYS_RANGE,
    networkVersion: canaryVersion(crs),
  });
  const keyOf = async (inputs: KeyInputs): Promise<unknown> => {
    const request = {
      circuit: 'CANARY_KEY',
      inputs: () => keyInputs(inputs),
      children: [],
      parse: parseVerificationKey,
    } as const;
    return (await requests.prove(request)).proof;
  };
  const onAbort = (): void => requests.stop(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  requests.start();
  try {
    signal.throwIfAborted();
    const [leaf, merge, root] = await Promise.all([
      keyOf({ circuit: 'CANARY_LEAF', work, crs, artifactSha256: artifactSha256({ circuit: 'CANARY_LEAF', work }) }),
      keyOf({ circuit: 'CANARY_MERGE', crs, artifactSha256: artifactSha256({ circuit: 'CANARY_MERGE' }) }),
      keyOf({ circuit: 'CANARY_ROOT', crs, artifactSha256: artifactSha256({ circuit: 'CANARY_ROOT' }) }),
    ]);
    return { leaf: LeafKey.parse(leaf), merge: MergeKey.parse(merge), root: RootKey.parse(root) };
  } finally {
    signal.removeEventListener('abort', onAbort);
    requests.stop(new Error('the keys have been made'));
  }
}
