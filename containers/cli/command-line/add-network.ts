import { homedir } from 'node:os';
import path from 'node:path';

import { ENGINE_SETTINGS } from '../../../shared/config/groups/engine-settings.ts';
import { L1_SETTINGS } from '../../../shared/config/groups/l1-settings.ts';
import type { NetworkName } from '../../../shared/config/aztec/network-name.ts';
import { applyDefaults } from '../../../shared/config/merge-sources.ts';
import { textOf } from '../../../shared/config/parse-settings.ts';
import { switchKind } from '../../../shared/config/value-kinds.ts';

export interface WithNetwork {
  readonly environment: Readonly<Record<string, string>>;
  readonly notices: readonly string[];
}

/**
 * Adds what `--network` stands for. Every command gets the network's data directory. A prover node and agents also get
 * Aztec's published defaults, which come with its packages; programs that work without those packages read none of them. A
 * node, and a broker that reads L1, get the contracts, boot nodes and snapshots, which only Aztec's list of networks has.
 * The list is fetched only when some of them are needed and not given; when it cannot be fetched, the environment stays
 * without them.
 * @param roles what is to be started, as flags of `coppice start`; none for a command that only finds a fleet
 */
export async function addNetwork(
  environment: Readonly<Record<string, string>>,
  roles: readonly string[],
): Promise<WithNetwork> {
  const { network: networkSetting, networkConfigLocation } = L1_SETTINGS.settings;
  const network = networkSetting.kind.parse(textOf(networkSetting, environment) ?? '').data;
  // An invalid name is reported later, with all other problems.
  if (network === undefined || network === 'local') return { environment, notices: [] };

  const isForNode = roles.includes('prover-node');
  const defaults = {
    ...(isForNode || roles.includes('prover-agent') ? await publishedDefaults(network) : {}),
    DATA_DIRECTORY: path.join(homedir(), '.aztec', network, 'data'),
  };
  const withDefaults = applyDefaults(environment, defaults);
  const readsL1 = isForNode || (roles.includes('prover-broker') && withDefaults['ETHEREUM_HOSTS'] !== undefined);
  const isComplete = isForNode ? isCompleteForNode : hasContracts;
  if (!readsL1 || isComplete(withDefaults)) return { environment: withDefaults, notices: [] };

  const { lookUpNetwork } = await import('../../../shared/config/aztec/network-list.ts');
  const dataDirectory = textOf(ENGINE_SETTINGS.settings.dataDirectory, withDefaults) ?? '.';
  const listed = await lookUpNetwork(network, {
    location: textOf(networkConfigLocation, environment),
    cacheFile: path.join(dataDirectory, 'cache', network, 'network_config.json'),
  });
  // The list is newer than the published defaults.
  const withList = applyDefaults(applyDefaults(environment, listed.variables), defaults);
  const notices = isComplete(withList) ? [] : [describeGap(network, listed.problems, isForNode)];
  return { environment: withList, notices };
}

async function publishedDefaults(network: NetworkName): Promise<Readonly<Record<string, string>>> {
  const { networkDefaults } = await import('../../../shared/config/aztec/network-defaults.ts');
  return networkDefaults(network);
}

/** Whether a node knows the contracts, and peers if it wants any. */
function isCompleteForNode(environment: Readonly<Record<string, string>>): boolean {
  const wantsPeers = switchKind.parse(environment['P2P_ENABLED'] ?? '').data === true;
  return hasContracts(environment) && (environment['BOOTSTRAP_NODES'] !== undefined || !wantsPeers);
}

function hasContracts(environment: Readonly<Record<string, string>>): boolean {
  return environment['REGISTRY_CONTRACT_ADDRESS'] !== undefined;
}

function describeGap(network: string, problems: readonly string[], isForNode: boolean): string {
  const reasons = problems.length === 0 ? '' : ` (${problems.join('; ')})`;
  const flags = isForNode ? '--registry-address and --p2p.bootstrapNodes' : '--registry-address';
  return (
    `network ${network} is in no list of networks${reasons}: give ${flags}, ` +
    'or --network-config-location with a file or URL of a list'
  );
}
