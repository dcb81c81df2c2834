import { AGENT_GROUP } from '../../../shared/config/groups/agent-settings.ts';
import { BROKER_GROUP, LINE_GROUP } from '../../../shared/config/groups/broker-settings.ts';
import { ENGINE_SETTINGS } from '../../../shared/config/groups/engine-settings.ts';
import { ENV_FILE_GROUP } from '../../../shared/config/groups/env-file-settings.ts';
import { L1_SETTINGS } from '../../../shared/config/groups/l1-settings.ts';
import { NODE_GROUP } from '../../../shared/config/groups/node-settings.ts';
import { PUBLISHER_SETTINGS } from '../../../shared/config/groups/publisher-settings.ts';
import type { SettingGroup } from '../../../shared/config/setting.ts';

const { network, l1RpcUrls, l1ConsensusHostUrls, registryAddress } = L1_SETTINGS.settings;
const { proverPublisherPrivateKeys, keyStoreDirectory, proverId } = PUBLISHER_SETTINGS.settings;
const { engine, dataDirectory, awsPrefix, awsRegion } = ENGINE_SETTINGS.settings;
const { agentCount, pools, brokerUrl } = AGENT_GROUP.settings;
const { brokerPort, brokerBind } = BROKER_GROUP.settings;

/** The settings of `coppice start` that a first start needs. */
export const BRIEF_START_GROUPS: readonly SettingGroup[] = [
  { title: L1_SETTINGS.title, settings: { network, l1RpcUrls, l1ConsensusHostUrls, registryAddress } },
  { title: 'Account', settings: { proverPublisherPrivateKeys, keyStoreDirectory, proverId } },
  { title: 'Where the fleet is', settings: { engine, dataDirectory, awsPrefix, awsRegion } },
  { title: 'Agents', settings: { agentCount, pools, brokerUrl } },
  {
    title: 'Broker and node',
    settings: {
      aztecVersion: LINE_GROUP.settings.aztecVersion,
      brokerPort,
      brokerBind,
      port: NODE_GROUP.settings.port,
    },
  },
  ENV_FILE_GROUP,
];
