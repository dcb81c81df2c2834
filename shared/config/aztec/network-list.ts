import { readFile } from 'node:fs/promises';

import { NetworkConfigMapSchema, type NetworkConfig } from '@aztec/foundation/config';

import { replaceFile } from '../../files/replace-file.ts';
import type { NetworkName } from '../groups/l1-settings.ts';

/** Where Aztec publishes its networks, as its own command line asks (`@aztec/cli` 4.1.2, `src/config/network_config.ts`). */
const PUBLISHED_LISTS = [
  'https://raw.githubusercontent.com/AztecProtocol/networks/refs/heads/main/network_config.json',
  'https://metadata.aztec.network/network_config.json',
];
const ANSWER_WITHIN_MS = 10_000;

export interface NetworkListOptions {
  /** File or URL of a list. @default Aztec's published ones, the first that answers */
  readonly location?: string | undefined;
  /** Keeps the last answer for when there is none. */
  readonly cacheFile: string;
}

/**
 * Looks a network up in a list of networks: its contracts, boot nodes and snapshots.
 * @returns environment variables; none when no list answers, or none has the network
 */
export async function lookUpNetwork(
  network: NetworkName,
  { location, cacheFile }: NetworkListOptions,
): Promise<Readonly<Record<string, string>>> {
  for (const source of location === undefined ? PUBLISHED_LISTS : [location]) {
    const text = await readText(source).catch(() => undefined);
    const found = text === undefined ? undefined : findNetwork(text, network);
    if (text === undefined || found === undefined) continue;
    await replaceFile(cacheFile, text).catch(() => undefined);
    return toVariables(found);
  }
  const cached = await readFile(cacheFile, 'utf8').catch(() => undefined);
  const found = cached === undefined ? undefined : findNetwork(cached, network);
  return found === undefined ? {} : toVariables(found);
}

async function readText(source: string): Promise<string> {
  if (!/^https?:/.test(source)) return readFile(source.startsWith('file:') ? new URL(source) : source, 'utf8');
  const response = await fetch(source, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  if (!response.ok) throw new Error(`${source} answered ${response.status}`);
  return response.text();
}

function findNetwork(text: string, network: NetworkName): NetworkConfig | undefined {
  try {
    return NetworkConfigMapSchema.parse(JSON.parse(text))[network];
  } catch {
    return undefined;
  }
}

function toVariables(config: NetworkConfig): Record<string, string> {
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
