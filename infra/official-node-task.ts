import { Duration } from 'aws-cdk-lib';
import {
  type ContainerDefinition,
  ContainerDependencyCondition,
  type ContainerImage,
  Protocol,
  type Secret,
  type TaskDefinition,
} from 'aws-cdk-lib/aws-ecs';

import { AZTEC_P2P_SETTINGS } from '../shared/config/aztec/aztec-p2p-settings.ts';
import { AGENT_GROUP } from '../shared/config/groups/agent-settings.ts';
import { BROKER_GROUP, LINE_GROUP } from '../shared/config/groups/broker-settings.ts';
import { ENGINE_SETTINGS } from '../shared/config/groups/engine-settings.ts';
import { L1_SETTINGS } from '../shared/config/groups/l1-settings.ts';
import { NODE_GROUP } from '../shared/config/groups/node-settings.ts';
import { NODE_WATCH_GROUP } from '../shared/config/groups/node-watch-settings.ts';
import { PUBLISHER_SETTINGS } from '../shared/config/groups/publisher-settings.ts';
import { addAztecContainer } from './aztec-container.ts';
import type { EnvironmentConfig } from './config/environment-config.ts';
import { addFleetContainer, STOP_TIMEOUT } from './fleet-container.ts';
import { responseCheck, statusCheck } from './health-check.ts';
import { snapshotSources, snapshotVariables } from './node-snapshots.ts';
import { restOf } from './shared-task.ts';

const { settings: chain } = L1_SETTINGS;
const { settings: broker } = BROKER_GROUP;
const { settings: agent } = AGENT_GROUP;
const { settings: p2p } = AZTEC_P2P_SETTINGS;
const { settings: watch } = NODE_WATCH_GROUP;

const NODE_PORT = 8080;
const ADMIN_PORT = 8880;
const BROKER_PORT = 8081;

/**
 * The broker is idle between two bursts of jobs, each of a second or so. Its memory is for bodies: three large ones at a time,
 * each held some times over, and 64 MiB is the largest.
 */
const BROKER_SHARE = { cpuUnits: 512, memoryMib: 2048 };
/** The node ends first, so no call is under way. */
const BROKER_STOP = { stopTimeout: Duration.seconds(30), drainSeconds: 20 };

/** What a task definition says of an official node. */
export interface OfficialNodeOptions {
  readonly config: EnvironmentConfig;
  /** The name of the node's container and log; those of the broker have `-broker` after it. */
  readonly name: string;
  /** The version of Aztec in the image, such as `6.0.0`. */
  readonly version: string;
  /** The rollup's version in the registry. @default the canonical one */
  readonly rollupVersion: number | undefined;
  /** The account that submits, where it is known. */
  readonly publisherAddress: string | undefined;
  readonly images: { readonly aztec: ContainerImage; readonly broker: ContainerImage };
  readonly size: { readonly vcpu: number; readonly memoryGib: number; readonly p2pPort: number };
  /** Where the node's volume is. */
  readonly dataDirectory: string;
  /** Further variables of the node. */
  readonly variables: Readonly<Record<string, string>>;
  /** By which the broker finds the queues of its line. */
  readonly lineVariables: Readonly<Record<string, string>>;
  /** What reaches the node alone: the publisher's key among it. */
  readonly nodeSecrets: Record<string, Secret>;
  /** What reaches the broker alone: the key by which it watches the node. */
  readonly brokerSecrets: Record<string, Secret>;
  /** The URLs of L1, by variable. The broker gets those of execution nodes. */
  readonly l1Secrets: Record<string, Secret>;
}

/**
 * Adds Aztec's prover node and Coppice's broker to a task. The node's proving jobs, with inputs and proofs in the calls, go to
 * the broker on loopback, which has them in queue, ledger and bucket. (Aztec's own store on S3 writes without a condition, which
 * the bucket refuses: the second proof of a job would replace the first.)
 *
 * The node starts once the broker serves, and is stopped before it. Either is restarted in place when it ends: nodes of 5 and
 * later call a broker that is away until it is back, those of 4.1.2 for half a minute, and it takes a second to start.
 * @returns the node's container
 */
export function addOfficialNode(task: TaskDefinition, options: OfficialNodeOptions): ContainerDefinition {
  const { config, name, images, size } = options;
  const brokerContainer = addFleetContainer(task, {
    config,
    name: `${name}-broker`,
    image: images.broker,
    command: ['start', '--prover-broker'],
    variables: brokerVariables(options),
    secrets: { ...only(options.l1Secrets, chain.l1RpcUrls.variable), ...options.brokerSecrets },
    healthCheck: responseCheck(BROKER_PORT),
    beside: { id: 'Broker', ...BROKER_SHARE, ...BROKER_STOP },
  });
  const node = addAztecContainer(task, {
    config,
    name,
    image: images.aztec,
    // Aztec's own list of networks has the rest of the network's settings.
    command: ['start', '--prover-node', ...(config.l1.network === undefined ? [] : ['--network', config.l1.network])],
    variables: nodeVariables(options),
    secrets: { ...options.l1Secrets, ...options.nodeSecrets },
    portMappings: [Protocol.TCP, Protocol.UDP].map((protocol) => ({ containerPort: size.p2pPort, protocol })),
    healthCheck: statusCheck(NODE_PORT),
    share: restOf(size, BROKER_SHARE),
    stopTimeout: STOP_TIMEOUT,
  });
  node.addContainerDependencies({ container: brokerContainer, condition: ContainerDependencyCondition.HEALTHY });
  return node;
}

/** Both follow one rollup, or the broker would not know the epochs of the node's jobs. */
function rollupVariables({ config, rollupVersion }: OfficialNodeOptions): Record<string, string> {
  return {
    [chain.l1ChainId.variable]: String(config.l1.chainId),
    [chain.registryAddress.variable]: config.l1.registryAddress,
    ...(rollupVersion !== undefined && { [chain.rollupVersion.variable]: String(rollupVersion) }),
  };
}

function brokerVariables(options: OfficialNodeOptions): Record<string, string> {
  return {
    ...options.lineVariables,
    ...rollupVariables(options),
    [LINE_GROUP.settings.aztecVersion.variable]: options.version,
    ...(options.publisherAddress !== undefined && {
      [PUBLISHER_SETTINGS.settings.proverPublisherAddresses.variable]: options.publisherAddress,
    }),
    [broker.brokerPort.variable]: String(BROKER_PORT),
    // The image's own default is every address.
    [broker.brokerBind.variable]: '127.0.0.1',
    [watch.nodeUrl.variable]: `http://127.0.0.1:${NODE_PORT}`,
    // Its API for snapshots is there in every version.
    [watch.nodeAdminUrl.variable]: `http://127.0.0.1:${ADMIN_PORT}`,
    ...snapshotVariables(options.config),
  };
}

function nodeVariables(options: OfficialNodeOptions): Record<string, string> {
  const { config, size, dataDirectory, variables } = options;
  return {
    ...rollupVariables(options),
    [ENGINE_SETTINGS.settings.dataDirectory.variable]: dataDirectory,
    [agent.brokerUrl.variable]: `http://127.0.0.1:${BROKER_PORT}`,
    // Agents inside the node would keep inputs and proofs to themselves.
    [agent.agentCount.variable]: '0',
    [PUBLISHER_SETTINGS.settings.proverId.variable]: config.publisher.proverId,
    [NODE_GROUP.settings.port.variable]: String(NODE_PORT),
    AZTEC_ADMIN_PORT: String(ADMIN_PORT),
    [p2p.p2pPort.variable]: String(size.p2pPort),
    // Fargate gives the task a public address that the node cannot see.
    [p2p.queryForIp.variable]: 'true',
    ...snapshotSources(config),
    ...variables,
  };
}

function only(secrets: Readonly<Record<string, Secret>>, name: string): Record<string, Secret> {
  const secret = secrets[name];
  return secret === undefined ? {} : { [name]: secret };
}
