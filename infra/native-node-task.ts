import {
  type ContainerDefinition,
  type ContainerImage,
  Protocol,
  type Secret,
  type TaskDefinition,
} from 'aws-cdk-lib/aws-ecs';

import { AZTEC_P2P_SETTINGS } from '../shared/config/aztec/aztec-p2p-settings.ts';
import { ENGINE_SETTINGS } from '../shared/config/groups/engine-settings.ts';
import { L1_SETTINGS } from '../shared/config/groups/l1-settings.ts';
import { NODE_GROUP } from '../shared/config/groups/node-settings.ts';
import { PUBLISHER_SETTINGS } from '../shared/config/groups/publisher-settings.ts';
import { inLine } from '../shared/proving-job/fleet-line.ts';
import type { EnvironmentConfig } from './config/environment-config.ts';
import { type Line, lineVariables } from './config/lines-of.ts';
import { addFleetContainer } from './fleet-container.ts';
import { statusCheck } from './health-check.ts';
import { snapshotVariables } from './node-snapshots.ts';

const STATUS_PORT = 8080;

export interface NativeNodeOptions {
  readonly line: Line;
  readonly config: EnvironmentConfig;
  readonly image: ContainerImage;
  /** Where the node's volume is. */
  readonly dataDirectory: string;
  readonly l1Secrets: Record<string, Secret>;
}

/** Adds Coppice's own prover node to a task. It holds no key: its roots go to the outbox, and `submit-root` signs. */
export function addNativeNode(task: TaskDefinition, options: NativeNodeOptions): ContainerDefinition {
  const { line, config, image, l1Secrets } = options;
  return addFleetContainer(task, {
    config,
    name: inLine(line, 'node'),
    image,
    command: ['start', '--prover-node'],
    variables: variablesOf(options),
    secrets: l1Secrets,
    portMappings: [
      { containerPort: line.node.p2pPort, protocol: Protocol.TCP },
      { containerPort: line.node.p2pPort, protocol: Protocol.UDP },
    ],
    healthCheck: statusCheck(STATUS_PORT),
    restartsInPlace: true,
  });
}

function variablesOf({ line, config, dataDirectory }: NativeNodeOptions): Record<string, string> {
  const { l1, publisher } = config;
  const { node } = line;
  const { settings: chain } = L1_SETTINGS;
  const { settings: p2p } = AZTEC_P2P_SETTINGS;
  return {
    ...lineVariables([line]),
    [ENGINE_SETTINGS.settings.dataDirectory.variable]: dataDirectory,
    [NODE_GROUP.settings.port.variable]: String(STATUS_PORT),
    [chain.l1ChainId.variable]: String(l1.chainId),
    [chain.registryAddress.variable]: l1.registryAddress,
    ...(l1.network !== undefined && { [chain.network.variable]: l1.network }),
    [PUBLISHER_SETTINGS.settings.proverId.variable]: publisher.proverId,
    [PUBLISHER_SETTINGS.settings.isPublishingDisabled.variable]: 'true',
    [p2p.p2pPort.variable]: String(node.p2pPort),
    // Fargate gives the task a public address that the node cannot see.
    [p2p.queryForIp.variable]: 'true',
    ...snapshotVariables(config),
    ...node.variables,
  };
}
