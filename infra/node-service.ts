import { ArnFormat, Duration, Size, Stack } from 'aws-cdk-lib';
import { EbsDeviceVolumeType, SubnetType } from 'aws-cdk-lib/aws-ec2';
import {
  AvailabilityZoneRebalancing,
  type ContainerDefinition,
  FargateService,
  FargateTaskDefinition,
  type HealthCheck,
  type ICluster,
  OperatingSystemFamily,
  PropagatedTagSource,
  Protocol,
  ServiceManagedVolume,
} from 'aws-cdk-lib/aws-ecs';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

import { AZTEC_P2P_SETTINGS } from '../shared/config/aztec/aztec-p2p-settings.ts';
import { ENGINE_SETTINGS } from '../shared/config/groups/engine-settings.ts';
import { L1_SETTINGS } from '../shared/config/groups/l1-settings.ts';
import { NODE_GROUP } from '../shared/config/groups/node-settings.ts';
import { PUBLISHER_SETTINGS } from '../shared/config/groups/publisher-settings.ts';
import { awsResourceNames } from '../shared/engine/aws/aws-resource-names.ts';
import { inLine } from '../shared/proving-job/fleet-line.ts';
import { acknowledge } from './acknowledge.ts';
import { callsOfRole } from './calls-of-role.ts';
import type { EnvironmentConfig } from './config/environment-config.ts';
import { type Line, lineVariables } from './config/lines-of.ts';
import { containerImage, CPU_ARCHITECTURES } from './container-images.ts';
import { addFleetContainer, FARGATE_STORAGE_GIB } from './fleet-container.ts';
import type { NetworkStack } from './network-stack.ts';
import type { StateStack } from './state-stack.ts';

const DATA_DIRECTORY = '/data';
const STATUS_PORT = 8080;

/**
 * Checks that the node still follows the chain. The node catches up before its status server starts, which may take an hour.
 * A refused connection therefore counts as healthy, or ECS would restart the node for ever. If it never catches up, the alarm
 * on its lag fires.
 */
const HEALTH_CHECK: HealthCheck = {
  command: [
    'CMD',
    'node',
    '-e',
    `fetch('http://127.0.0.1:${STATUS_PORT}/status').then((answer) => process.exit(answer.ok ? 0 : 1), ` +
      "(error) => process.exit(error.cause?.code === 'ECONNREFUSED' ? 0 : 1))",
  ],
  interval: Duration.seconds(30),
  timeout: Duration.seconds(10),
  retries: 6,
  startPeriod: Duration.minutes(5),
};

export interface NodeServiceProps {
  readonly line: Line;
  readonly config: EnvironmentConfig;
  readonly cluster: ICluster;
  readonly network: NetworkStack;
  readonly state: StateStack;
}

/**
 * The prover node: one task, on demand, and never two, because ECS stops the old one before it starts the new one. It holds
 * no key: its roots go to the outbox, and `submit-root` signs.
 *
 * Its databases are on a separate volume, since LMDB must not be on a network file system. ECS creates the volume with each
 * task, so a new node begins with Aztec's snapshot. Nothing is lost with the old one: the truth is in the ledger.
 */
export class NodeService extends Construct {
  readonly service: FargateService;

  constructor(scope: Construct, id: string, { line, config, cluster, network, state }: NodeServiceProps) {
    super(scope, id);
    const { node } = line;
    const task = new FargateTaskDefinition(this, 'Task', {
      family: `${config.prefix}-${inLine(line, 'node')}`,
      cpu: node.vcpu * 1024,
      memoryLimitMiB: node.memoryGib * 1024,
      ephemeralStorageGiB: FARGATE_STORAGE_GIB,
      runtimePlatform: {
        cpuArchitecture: CPU_ARCHITECTURES[node.architecture],
        operatingSystemFamily: OperatingSystemFamily.LINUX,
      },
    });
    const container = addFleetContainer(task, {
      config,
      name: inLine(line, 'node'),
      image: containerImage(Stack.of(this), 'node', config, node.architecture),
      command: ['start', '--prover-node'],
      variables: variablesOf(line, config),
      secrets: state.l1.containerSecrets,
      portMappings: [
        { containerPort: node.p2pPort, protocol: Protocol.TCP },
        { containerPort: node.p2pPort, protocol: Protocol.UDP },
      ],
      healthCheck: HEALTH_CHECK,
    });
    state.ledger.grantRole('node', task.taskRole);
    state.proofs.grantRole('node', task.taskRole);
    state.queuesOf(line).grantRole('node', task.taskRole);
    this.#allowToAskScaler(task, awsResourceNames(config.prefix).functionName('scale-fleet'));

    this.service = new FargateService(this, 'Service', {
      serviceName: awsResourceNames(config.prefix).nodeService(line.name),
      cluster,
      taskDefinition: task,
      capacityProviderStrategies: [{ capacityProvider: 'FARGATE', weight: 1 }],
      desiredCount: 1,
      minHealthyPercent: 0,
      maxHealthyPercent: 100,
      circuitBreaker: { rollback: true },
      availabilityZoneRebalancing: AvailabilityZoneRebalancing.DISABLED,
      vpcSubnets: { subnetType: SubnetType.PUBLIC },
      securityGroups: [network.nodeSecurityGroup],
      assignPublicIp: true,
      propagateTags: PropagatedTagSource.SERVICE,
    });
    this.#addData(task, container, node);
  }

  /** By name and not by reference, so that neither waits for the other's deployment. */
  #allowToAskScaler(task: FargateTaskDefinition, functionName: string): void {
    const scaler = Stack.of(this).formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: functionName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const actions = [...callsOfRole('node', 'lambda')];
    task.addToTaskRolePolicy(new PolicyStatement({ effect: Effect.ALLOW, actions, resources: [scaler] }));
  }

  #addData(task: FargateTaskDefinition, container: ContainerDefinition, node: EnvironmentConfig['node']): void {
    const data = new ServiceManagedVolume(this, 'Data', {
      name: 'data',
      managedEBSVolume: {
        size: Size.gibibytes(node.dataGib),
        volumeType: EbsDeviceVolumeType.GP3,
        encrypted: true,
        throughput: node.dataMibPerSecond,
      },
    });
    task.addVolume({ name: data.name, configuredAtLaunch: true });
    data.mountIn(container, { containerPath: DATA_DIRECTORY, readOnly: false });
    this.service.addVolume(data);
    acknowledge(data, {
      'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonECSInfrastructureRolePolicyForVolumes]':
        "AWS's own policy for the role with which ECS makes and deletes the volumes of tasks; it reaches volumes of ECS alone",
    });
  }
}

function variablesOf(line: Line, { l1, publisher }: EnvironmentConfig): Record<string, string> {
  const { node } = line;
  const { settings: chain } = L1_SETTINGS;
  const { settings: p2p } = AZTEC_P2P_SETTINGS;
  return {
    ...lineVariables([line]),
    [ENGINE_SETTINGS.settings.dataDirectory.variable]: DATA_DIRECTORY,
    [NODE_GROUP.settings.port.variable]: String(STATUS_PORT),
    [chain.l1ChainId.variable]: String(l1.chainId),
    [chain.registryAddress.variable]: l1.registryAddress,
    ...(l1.network !== undefined && { [chain.network.variable]: l1.network }),
    [PUBLISHER_SETTINGS.settings.proverId.variable]: publisher.proverId,
    [PUBLISHER_SETTINGS.settings.isPublishingDisabled.variable]: 'true',
    [p2p.p2pPort.variable]: String(node.p2pPort),
    // Fargate gives the task a public address that the node cannot see.
    [p2p.queryForIp.variable]: 'true',
    ...node.variables,
  };
}
