import { getConfigEnvVars } from '@aztec/aztec-node';

import { AZTEC_CHAIN_SETTINGS } from '../../shared/config/aztec/aztec-chain-settings.ts';
import { L1_SETTINGS } from '../../shared/config/groups/l1-settings.ts';
import type { NodeSettings } from '../../shared/config/groups/node-settings.ts';
import { nameOf } from '../../shared/config/setting.ts';
import { checkL1Chain, createL1Client, type L1Client } from '../../shared/l1/l1-client.ts';
import type { PublisherAccount } from '../../shared/l1/publisher/publisher-account.ts';
import { describeShortage, readFunds } from '../../shared/l1/publisher/publisher-funds.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { checkRegistry } from './check-registry.ts';
import { loadPublisher, type Publisher } from './publisher.ts';

/**
 * Finds what is wrong with the node's surroundings before it catches up with L1, which can take hours.
 * @throws {InvalidSettingsError} when the registry, the rollup version or the key store is wrong
 * @throws {WrongL1ChainError} @throws {L1UnreachableError}
 */
export async function prepareNode(settings: NodeSettings, log: Logger): Promise<Publisher> {
  const { l1RpcUrls: rpcUrls, l1ChainId: chainId, registryAddress, rollupVersion } = settings;
  const silentHosts = await checkL1Chain({ rpcUrls, chainId });
  if (silentHosts.length > 0) log.warn({ hosts: silentHosts }, 'some L1 nodes do not respond');
  const client = createL1Client({ rpcUrls, chainId });
  await checkRegistry(client, { registryAddress, rollupVersion });
  warnWithoutBlobs(settings, log);
  const publisher = await loadPublisher(getConfigEnvVars());
  if (!settings.isPublishingDisabled && publisher.account) await warnOfLowBalance(client, publisher.account, log);
  return publisher;
}

function warnWithoutBlobs(settings: NodeSettings, log: Logger): void {
  const { l1ConsensusHostUrls, blobFileStoreUrls, blobArchiveApiUrl } = settings;
  if (l1ConsensusHostUrls ?? blobFileStoreUrls ?? blobArchiveApiUrl) return;
  const [consensus, store] = [
    L1_SETTINGS.settings.l1ConsensusHostUrls,
    AZTEC_CHAIN_SETTINGS.settings.blobFileStoreUrls,
  ];
  log.warn(
    'no source of blobs: without one the node cannot read checkpoints from L1, and keeps trying; ' +
      `give ${nameOf(consensus)} or ${nameOf(store)}`,
  );
}

/** Only a warning: the account can be funded until the first root is proven. */
async function warnOfLowBalance(client: L1Client, { address }: PublisherAccount, log: Logger): Promise<void> {
  try {
    const shortage = describeShortage(address, await readFunds(client, address));
    if (shortage !== undefined) log.warn({ publisher: address }, shortage);
  } catch (error) {
    log.warn({ err: error, publisher: address }, "could not read the publisher's balance");
  }
}
