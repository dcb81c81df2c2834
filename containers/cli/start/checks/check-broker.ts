import { BROKER_GROUP, type BrokerSettings } from '../../../../shared/config/groups/broker-settings.ts';
import { L1_SETTINGS } from '../../../../shared/config/groups/l1-settings.ts';
import { nameOf } from '../../../../shared/config/setting.ts';
import { orUnknown } from '../../../../shared/checks/finding.ts';
import { PUBLIC_SLOT_MS } from '../../../../shared/l1/follow-l1-clock.ts';
import { findRollup } from '../../../broker/l1/find-rollup.ts';
import { networkVersionOf } from '../to-broker-options.ts';
import { checkL1 } from './check-l1.ts';
import { checkPort } from './check-port.ts';
import { missingSettings, ready, type RoleFinding, warning } from './role-finding.ts';

/** Checks what a broker needs. It serves its jobs while L1 is out of reach, so it waits for that. */
export async function checkBroker(settings: BrokerSettings): Promise<readonly RoleFinding[]> {
  const { brokerPort, brokerBind: host, port } = settings;
  const setting = BROKER_GROUP.settings[brokerPort === undefined ? 'port' : 'brokerPort'];
  const checked = await Promise.all([
    orUnknown('L1', () => checkL1OfBroker(settings)),
    checkPort({ of: 'the broker', port: brokerPort ?? port, host, setting }),
  ]);
  return [...checkLine(settings), ...checked.flat()];
}

/** Whether the version of Aztec is known that a broker or a gateway serves. */
export function checkLine(settings: Pick<BrokerSettings, 'aztecVersion'>): readonly RoleFinding[] {
  try {
    return [ready('version line', `Aztec ${networkVersionOf(settings)}`)];
  } catch (error) {
    return missingSettings('version line', error);
  }
}

async function checkL1OfBroker(settings: BrokerSettings): Promise<readonly RoleFinding[]> {
  const { l1RpcUrls: rpcUrls, l1ChainId: chainId, registryAddress: registry, rollupVersion: version } = settings;
  const { l1RpcUrls, registryAddress } = L1_SETTINGS.settings;
  if (rpcUrls === undefined || registry === undefined) {
    const remedy = `give ${nameOf(l1RpcUrls)}, and ${nameOf(registryAddress)} or --network`;
    return [warning('L1', 'is not read: epochs have no deadline from L1', remedy)];
  }
  const found = await checkL1({ rpcUrls, chainId, slotMs: PUBLIC_SLOT_MS, silence: 'awaited' }, Date.now());
  if (found.some(({ state }) => state === 'missing')) return found;
  try {
    const { address } = await findRollup({ rpcUrls, chainId, registry, version });
    return [...found, ready('rollup', `${address}, version ${version}`)];
  } catch (error) {
    return [...found, ...missingSettings('rollup', error)];
  }
}
