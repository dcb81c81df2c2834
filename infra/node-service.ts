import { ArnFormat, Size, Stack } from 'aws-cdk-lib';
import { EbsDeviceVolumeType, SubnetType } from 'aws-cdk-lib/aws-ec2';
import {
  AvailabilityZoneRebalancing,
  type ContainerDefinition,
  FargateService,
  FargateTaskDefinition,
  type ICluster,
  OperatingSystemFamily,
  PropagatedTagSource,
  ServiceManagedVolume,
} from 'aws-cdk-lib/aws-ecs';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

import { awsResourceNames } from '../shared/engine/aws/aws-resource-names.ts';
import { inLine } from '../shared/proving-job/fleet-line.ts';
import { acknowledge } from './acknowledge.ts';
import { callsOfRole } from './calls-of-role.ts';
import type { EnvironmentConfig } from './config/environment-config.ts';
import { type Line, lineVariables } from './config/lines-of.ts';
import { aztecImage, containerImage, CPU_ARCHITECTURES } from './container-images.ts';
import { FARGATE_STORAGE_GIB } from './fleet-container.ts';
import { addNativeNode } from './native-node-task.ts';
import type { NetworkStack } from './network-stack.ts';
import { addOfficialNode } from './official-node-task.ts';
import type { StateStack } from './state-stack.ts';

const DATA_DIRECTORY = '/data';

export interface NodeServiceProps {
  readonly line: Line;
  readonly config: EnvironmentConfig;
  readonly cluster: ICluster;
  readonly network: NetworkStack;
  readonly state: StateStack;
}

/**
 * The prover node of a line: one task, on demand, and never two, because ECS stops the old one before it starts the new one.
 *
 * Its databases are on a separate volume, since LMDB must not be on a network file system. ECS creates the volume with each
 * task, and deletes it with the task, so a new node begins with the newest snapshot: the one that the old node stored in the
 * bucket some hours ago, or the network's. (ECS can also create the volume from a snapshot of EBS, but only from the one that the
 * service names, and another name replaces the task.) Nothing else is lost: the truth is in the ledger.
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
    const container = this.#addContainers(task, { line, config, state });
    const role = line.kind === 'native' ? 'node' : 'broker';
    state.ledger.grantRole(role, task.taskRole);
    state.proofs.grantRole(role, task.taskRole);
    state.queuesOf(line).grantRole(role, task.taskRole);
    // The broker leaves it to the scaler's schedule.
    if (role === 'node') this.#allowToAskScaler(task, awsResourceNames(config.prefix).functionName('scale-fleet'));

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

  /** @returns the container of the node, which has the volume */
  #addContainers(
    task: FargateTaskDefinition,
    { line, config, state }: Pick<NodeServiceProps, 'line' | 'config' | 'state'>,
  ): ContainerDefinition {
    const stack = Stack.of(this);
    const { architecture, variables } = line.node;
    const common = { config, dataDirectory: DATA_DIRECTORY, l1Secrets: state.l1.containerSecrets };
    if (line.kind === 'native') {
      return addNativeNode(task, { ...common, line, image: containerImage(stack, 'node', config, architecture) });
    }
    return addOfficialNode(task, {
      ...common,
      name: inLine(line, 'node'),
      version: line.version,
      rollupVersion: line.rollupVersion,
      publisherAddress: line.publisherAddress,
      images: {
        aztec: aztecImage(stack, line.images.node, architecture),
        broker: containerImage(stack, 'broker', config, architecture),
      },
      size: line.node,
      variables: { ...variables, ...line.variables.node },
      lineVariables: lineVariables([line]),
      nodeSecrets: state.official.nodeSecrets(line.name),
      brokerSecrets: state.official.brokerSecrets(line.name),
    });
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
