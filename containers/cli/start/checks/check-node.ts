import { existsSync } from 'node:fs';
import path from 'node:path';

import { getConfigEnvVars } from '@aztec/aztec-node';

import { AZTEC_P2P_SETTINGS } from '../../../../shared/config/aztec/aztec-p2p-settings.ts';
import { NODE_GROUP, type NodeSettings } from '../../../../shared/config/groups/node-settings.ts';
import { orUnknown } from '../../../../shared/checks/finding.ts';
import { createL1Client } from '../../../../shared/l1/l1-client.ts';
import { describeShortage, readFunds } from '../../../../shared/l1/publisher/publisher-funds.ts';
import { checkRegistry } from '../../../node/check-registry.ts';
import { DataDirectoryInUseError, LOCK_FILE, lockDataDirectory } from '../../../node/lock-data-directory.ts';
import { loadPublisher, type Publisher } from '../../../node/publisher.ts';
import { checkBlobs } from './check-blobs.ts';
import { checkFolder } from './check-folder.ts';
import { checkL1, checkTraces } from './check-l1.ts';
import { checkPort } from './check-port.ts';
import { isFatal, missing, missingSettings, ready, type RoleFinding, warning } from './role-finding.ts';

/**
 * Checks what a prover node needs before it catches up with L1, which can take hours. Reads Aztec's settings from the
 * environment of this process.
 */
export async function checkNode(settings: NodeSettings): Promise<readonly RoleFinding[]> {
  const { l1RpcUrls: rpcUrls, l1ChainId: chainId, ethereumSlotSeconds } = settings;
  const l1 = await checkL1(
    { rpcUrls, chainId, slotMs: ethereumSlotSeconds * 1000, silence: 'surroundings' },
    Date.now(),
  );
  const canRead = !l1.some(isFatal);
  const checked = await Promise.all([
    canRead ? orUnknown('registry', () => checkRollup(settings)) : [],
    canRead ? orUnknown('traces of L1', () => checkTracesOf(settings)) : [],
    orUnknown('blobs', () => checkBlobs(settings)),
    orUnknown('publisher', () => checkPublisher(settings, canRead)),
    orUnknown('data directory', () => checkFolder('data directory', settings.dataDirectory)),
    orUnknown('lock of the data directory', async () => checkLock(settings.dataDirectory)),
    checkPort({ of: "the node's status", port: settings.port, setting: NODE_GROUP.settings.port }),
    ...(settings.p2pEnabled ? (['tcp', 'udp'] as const).map((protocol) => checkP2pPort(settings, protocol)) : []),
  ]);
  return [...l1, ...checked.flat()];
}

async function checkRollup(settings: NodeSettings): Promise<readonly RoleFinding[]> {
  const { l1RpcUrls: rpcUrls, l1ChainId: chainId, registryAddress, rollupVersion } = settings;
  try {
    await checkRegistry(createL1Client({ rpcUrls, chainId }), { registryAddress, rollupVersion });
    return [ready('registry', `${registryAddress} has the rollup of version ${rollupVersion}`)];
  } catch (error) {
    return missingSettings('registry', error);
  }
}

function checkTracesOf(settings: NodeSettings): Promise<readonly RoleFinding[]> {
  const { l1DebugRpcUrls, l1RpcUrls, ethereumAllowNoDebugHosts: mayLack } = settings;
  return checkTraces({ rpcUrls: l1DebugRpcUrls ?? l1RpcUrls, mayLack });
}

async function checkPublisher(settings: NodeSettings, canRead: boolean): Promise<readonly RoleFinding[]> {
  let publisher: Publisher;
  try {
    publisher = await loadPublisher(getConfigEnvVars());
  } catch (error) {
    return missingSettings('publisher', error);
  }
  const { account, proverId } = publisher;
  if (settings.isPublishingDisabled || account === undefined) {
    const detail = `nothing is submitted to L1: roots stay in the outbox of prover ${proverId.toString()}`;
    return [{ subject: 'publisher', state: 'warning', detail }];
  }
  const found = ready('publisher', `${account.address} submits for prover ${proverId.toString()}`);
  return [found, ...(canRead ? await orUnknown('balance', () => checkFunds(settings, account.address)) : [])];
}

/** Only a warning: the account can be funded until the first root is proven. */
async function checkFunds(
  { l1RpcUrls: rpcUrls, l1ChainId: chainId }: NodeSettings,
  address: NonNullable<Publisher['account']>['address'],
): Promise<readonly RoleFinding[]> {
  const shortage = describeShortage(address, await readFunds(createL1Client({ rpcUrls, chainId }), address));
  if (shortage === undefined) return [ready('balance', `${address} can pay for a submission`)];
  const [detail = '', remedy = ''] = shortage.split(/: (?=send )/);
  return [warning('balance', detail, remedy)];
}

/** Takes the lock for a moment where a node has worked before; where none has, nothing is made. */
function checkLock(directory: string): readonly RoleFinding[] {
  const subject = 'lock of the data directory';
  if (!existsSync(path.join(directory, LOCK_FILE))) return [ready(subject, 'no node has worked there yet')];
  try {
    lockDataDirectory(directory).close();
    return [ready(subject, 'no other node works there')];
  } catch (error) {
    if (!(error instanceof DataDirectoryInUseError)) throw error;
    return [missing('surroundings', subject, error.message)];
  }
}

function checkP2pPort({ p2pPort: port }: NodeSettings, protocol: 'tcp' | 'udp'): Promise<readonly RoleFinding[]> {
  return checkPort({ of: "Aztec's network of nodes", port, protocol, setting: AZTEC_P2P_SETTINGS.settings.p2pPort });
}
