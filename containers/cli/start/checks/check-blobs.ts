import { AZTEC_CHAIN_SETTINGS } from '../../../../shared/config/aztec/aztec-chain-settings.ts';
import { splitCredentials } from '../../../../shared/config/fetch-with-credentials.ts';
import { L1_SETTINGS } from '../../../../shared/config/groups/l1-settings.ts';
import type { NodeSettings } from '../../../../shared/config/groups/node-settings.ts';
import { nameOf } from '../../../../shared/config/setting.ts';
import { reasonOf } from '../../../../shared/broker-api/post-json.ts';
import { maskRpcUrl } from '../../../../shared/l1/mask-rpc-url.ts';
import { missing, ready, type RoleFinding, warning } from './role-finding.ts';

export type BlobSettings = Pick<
  NodeSettings,
  | 'l1ConsensusHostUrls'
  | 'l1ConsensusHostApiKeys'
  | 'l1ConsensusHostApiKeyHeaders'
  | 'blobFileStoreUrls'
  | 'blobArchiveApiUrl'
  | 'blobAllowEmptySources'
>;

const { l1ConsensusHostUrls } = L1_SETTINGS.settings;
const { blobFileStoreUrls, blobAllowEmptySources } = AZTEC_CHAIN_SETTINGS.settings;
const SUBJECT = 'blobs';
const CALL_MS = 10_000;

/** Whether the node has a source of blobs, and its consensus nodes respond. Without blobs it cannot read checkpoints from L1. */
export async function checkBlobs(settings: BlobSettings): Promise<readonly RoleFinding[]> {
  const hosts = settings.l1ConsensusHostUrls ?? [];
  const hasStores = (settings.blobFileStoreUrls ?? settings.blobArchiveApiUrl) !== undefined;
  if (hosts.length === 0 && !hasStores) return [withoutSource(settings.blobAllowEmptySources)];
  const problems = await Promise.all(hosts.map((_, index) => problemOf(settings, index)));
  const found = hosts.map((url, index): RoleFinding => {
    const subject = `L1 consensus node at ${maskRpcUrl(url.reveal())}`;
    const problem = problems[index];
    if (problem === undefined) return ready(subject, 'responds');
    const remedy = `check that it is up and serves its API there, or correct ${nameOf(l1ConsensusHostUrls)}`;
    const isLast = !hasStores && problems.every((other) => other !== undefined);
    return isLast ? missing('surroundings', subject, problem, remedy) : warning(subject, problem, remedy);
  });
  return [...found, ...(hasStores ? [ready(SUBJECT, 'from a store or an archive')] : [])];
}

function withoutSource(isAllowed: boolean): RoleFinding {
  const detail = 'no source of blobs: without one the node cannot read checkpoints from L1';
  const remedy = `give ${nameOf(l1ConsensusHostUrls)} or ${nameOf(blobFileStoreUrls)}`;
  return isAllowed
    ? warning(SUBJECT, detail, remedy)
    : missing('settings', SUBJECT, detail, `${remedy}, or start without by ${nameOf(blobAllowEmptySources)}`);
}

/** Makes the call by which Aztec's own blob client tests a consensus node. */
async function problemOf(settings: BlobSettings, index: number): Promise<string | undefined> {
  const host = settings.l1ConsensusHostUrls?.[index]?.reveal() ?? '';
  const key = settings.l1ConsensusHostApiKeys?.[index]?.reveal();
  const header = settings.l1ConsensusHostApiKeyHeaders?.[index];
  const { url, authorization } = splitCredentials(host);
  const target = new URL(`${url.replace(/\/$/, '')}/eth/v1/beacon/headers`);
  if (key !== undefined && header === undefined) target.searchParams.set('key', key);
  try {
    const response = await fetch(target, {
      headers: {
        ...(authorization !== undefined && { authorization }),
        ...(key !== undefined && header !== undefined && { [header]: key }),
      },
      signal: AbortSignal.timeout(CALL_MS),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `responds with HTTP ${response.status}`;
  } catch (error) {
    return `does not respond: ${reasonOf(error)}`;
  }
}
