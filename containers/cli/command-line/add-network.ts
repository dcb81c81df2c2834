import path from 'node:path';

import { ENGINE_SETTINGS } from '../../../shared/config/groups/engine-settings.ts';
import { L1_SETTINGS } from '../../../shared/config/groups/l1-settings.ts';
import { applyDefaults } from '../../../shared/config/merge-sources.ts';
import { textOf } from '../../../shared/config/parse-settings.ts';
import { switchKind } from '../../../shared/config/value-kinds.ts';

export interface WithNetwork {
  readonly environment: Readonly<Record<string, string>>;
  readonly notices: readonly string[];
}

/**
 * Adds what `--network` stands for: Aztec's published defaults, which come with its packages, and for a node also the
 * contracts, boot nodes and snapshots, which only Aztec's list of networks has. The list is fetched only when some of them
 * are needed and not given; when it cannot be fetched, the environment stays without them.
 */
export async function addNetwork(
  environment: Readonly<Record<string, string>>,
  { isForNode }: { readonly isForNode: boolean },
): Promise<WithNetwork> {
  const { network: networkSetting, networkConfigLocation } = L1_SETTINGS.settings;
  const network = networkSetting.kind.parse(textOf(networkSetting, environment) ?? '').data;
  // An invalid name is reported later, with all other problems.
  if (network === undefined || network === 'local') return { environment, notices: [] };

  const { networkDefaults } = await import('../../../shared/config/aztec/network-defaults.ts');
  const defaults = networkDefaults(network);
  const withDefaults = applyDefaults(environment, defaults);
  if (!isForNode || isComplete(withDefaults)) return { environment: withDefaults, notices: [] };

  const { lookUpNetwork } = await import('../../../shared/config/aztec/network-list.ts');
  const dataDirectory = textOf(ENGINE_SETTINGS.settings.dataDirectory, withDefaults) ?? '.';
  const listed = await lookUpNetwork(network, {
    location: textOf(networkConfigLocation, environment),
    cacheFile: path.join(dataDirectory, 'cache', network, 'network_config.json'),
  });
  // The list is newer than the published defaults.
  const withList = applyDefaults(applyDefaults(environment, listed), defaults);
  return { environment: withList, notices: isComplete(withList) ? [] : [describeGap(network)] };
}

/** Whether a node knows the contracts, and peers if it wants any. */
function isComplete(environment: Readonly<Record<string, string>>): boolean {
  const wantsPeers = switchKind.parse(environment['P2P_ENABLED'] ?? '').data === true;
  const hasPeers = environment['BOOTSTRAP_NODES'] !== undefined;
  return environment['REGISTRY_CONTRACT_ADDRESS'] !== undefined && (hasPeers || !wantsPeers);
}

function describeGap(network: string): string {
  return (
    `network ${network} is in no list of networks: give --registry-address and --p2p.bootstrapNodes, ` +
    'or --network-config-location with a file or URL of a list'
  );
}
