import { readFile } from 'node:fs/promises';

import { z } from 'zod';

import { replaceFile } from '../../files/replace-file.ts';
import { redactUrl } from '../../telemetry/redact-urls.ts';
import { withUrlCredentials } from '../fetch-with-credentials.ts';
import type { NetworkName } from './network-name.ts';

/** Where Aztec publishes its networks, as its own command line reads them (`@aztec/cli` 4.1.2, `src/config/network_config.ts`). */
const PUBLISHED_LISTS = [
  'https://raw.githubusercontent.com/AztecProtocol/networks/refs/heads/main/network_config.json',
  'https://metadata.aztec.network/network_config.json',
];
const TIMEOUT_MS = 10_000;

/** What is read of a network in a list. Programs without Aztec's packages read it too. */
const ListedConfig = z.object({
  registryAddress: z.string(),
  l1ChainId: z.number(),
  bootnodes: z.array(z.string()),
  snapshots: z.array(z.string()),
  feeAssetHandlerAddress: z.string().optional(),
  blobFileStoreUrls: z.array(z.string()).optional(),
  txCollectionFileStoreUrls: z.array(z.string()).optional(),
  blockDurationMs: z.number().positive().optional(),
  txPublicSetupAllowListExtend: z.string().optional(),
});
type ListedConfig = z.infer<typeof ListedConfig>;
const NetworkList = z.record(z.string(), ListedConfig);

export interface NetworkListOptions {
  /** File or URL of a list. @default Aztec's published lists, the first that can be read */
  readonly location?: string | undefined;
  /** Keeps the last list, for when none can be read. */
  readonly cacheFile: string;
}

export interface ListedNetwork {
  /** Environment variables; none when no list has the network. */
  readonly variables: Readonly<Record<string, string>>;
  /** Why each list that was tried did not have it. */
  readonly problems: readonly string[];
}

/** Finds a network in a list of networks: its contracts, boot nodes and snapshots. */
export async function lookUpNetwork(
  network: NetworkName,
  { location, cacheFile }: NetworkListOptions,
): Promise<ListedNetwork> {
  const problems: string[] = [];
  for (const source of location === undefined ? PUBLISHED_LISTS : [location]) {
    try {
      const text = await readText(source);
      const found = findNetwork(text, network);
      await replaceFile(cacheFile, text).catch(() => undefined);
      return { variables: toVariables(found), problems: [] };
    } catch (error) {
      problems.push(`${nameOf(source)}: ${reasonOf(error)}`);
    }
  }
  try {
    return { variables: toVariables(findNetwork(await readFile(cacheFile, 'utf8'), network)), problems };
  } catch {
    return { variables: {}, problems };
  }
}

function isUrl(source: string): boolean {
  return /^https?:/.test(source);
}

function nameOf(source: string): string {
  return isUrl(source) ? redactUrl(source) : source;
}

/** Of a failed fetch, only the cause says what failed. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

async function readText(source: string): Promise<string> {
  if (!isUrl(source)) return readFile(source.startsWith('file:') ? new URL(source) : source, 'utf8');
  const response = await withUrlCredentials(fetch)(source, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`HTTP status ${response.status}`);
  return response.text();
}

/** @throws when the text is not a list, or the network is not in it */
function findNetwork(text: string, network: NetworkName): ListedConfig {
  let networks: Readonly<Partial<Record<string, ListedConfig>>>;
  try {
    networks = NetworkList.parse(JSON.parse(text));
  } catch {
    throw new Error('not a list of networks');
  }
  const found = networks[network];
  if (found === undefined) throw new Error(`has no network ${network}`);
  return found;
}

function toVariables(config: ListedConfig): Record<string, string> {
  const variables = {
    REGISTRY_CONTRACT_ADDRESS: config.registryAddress,
    FEE_ASSET_HANDLER_CONTRACT_ADDRESS: config.feeAssetHandlerAddress,
    L1_CHAIN_ID: String(config.l1ChainId),
    BOOTSTRAP_NODES: config.bootnodes.join(','),
    SYNC_SNAPSHOTS_URLS: config.snapshots.join(','),
    BLOB_FILE_STORE_URLS: config.blobFileStoreUrls?.join(','),
    TX_COLLECTION_FILE_STORE_URLS: config.txCollectionFileStoreUrls?.join(','),
    SEQ_BLOCK_DURATION_MS: config.blockDurationMs?.toString(),
    TX_PUBLIC_SETUP_ALLOWLIST: config.txPublicSetupAllowListExtend,
  };
  return Object.fromEntries(Object.entries(variables).flatMap(([name, text]) => (text ? [[name, text] as const] : [])));
}
