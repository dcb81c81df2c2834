import { Size, Stack } from 'aws-cdk-lib';
import { AcceleratorManufacturer, AcceleratorType, SubnetType } from 'aws-cdk-lib/aws-ec2';
import {
  AvailabilityZoneRebalancing,
  CapacityOptionType,
  CfnCapacityProvider,
  type Cluster,
  Compatibility,
  FargateService,
  type ICluster,
  ManagedInstancesCapacityProvider,
  NetworkMode,
  OperatingSystemFamily,
  PidMode,
  PropagatedTagSource,
  TaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct, type IDependable } from 'constructs';

import type { Capacity } from '../shared/agent-fleet/agent-fleet.ts';
import { awsResourceNames } from '../shared/engine/aws/aws-resource-names.ts';
import type { Pool } from '../shared/proving-job/circuit-family.ts';
import { inLine } from '../shared/proving-job/fleet-line.ts';
import { acknowledge, wildcardFinding } from './acknowledge.ts';
import type { AgentPoolConfig, Ec2PoolConfig } from './config/agent-pool-config.ts';
import type { EnvironmentConfig } from './config/environment-config.ts';
import { type Line, lineVariables } from './config/lines-of.ts';
import { aztecImage, containerImage, CPU_ARCHITECTURES } from './container-images.ts';
import { FARGATE_STORAGE_GIB } from './fleet-container.ts';
import { addNativeAgent } from './native-agent-task.ts';
import type { NetworkStack } from './network-stack.ts';
import { addOfficialAgent } from './official-agent-task.ts';
import type { StateStack } from './state-stack.ts';

/** How long ECS keeps an instance without an agent, in seconds: the next agent starts on it without a boot. */
const IDLE_INSTANCE_SECONDS = 300;

export interface AgentPoolProps {
  readonly line: Line;
  readonly pool: Pool;
  readonly size: AgentPoolConfig;
  readonly config: EnvironmentConfig;
  readonly cluster: Cluster;
  /** Gives the cluster Fargate's capacity. Services come after it, and are deleted before it. */
  readonly fargate: IDependable;
  readonly network: NetworkStack;
  readonly state: StateStack;
}

/**
 * The agents of one line and size, as two services: `-spot`, and `-od` for when Spot has no capacity. `scale-fleet` sets how many run:
 * a count in the template would reset the fleet with every deployment, in the middle of an epoch.
 */
export class AgentPool extends Construct {
  readonly services: Readonly<Record<Capacity, FargateService>>;
  readonly task: TaskDefinition;

  constructor(scope: Construct, id: string, props: AgentPoolProps) {
    super(scope, id);
    this.task = this.#task(props);
    this.services = { spot: this.#service('spot', props), od: this.#service('od', props) };
  }

  #task({ line, pool, size, config, state }: AgentPoolProps): TaskDefinition {
    const task = new TaskDefinition(this, 'Task', {
      family: `${config.prefix}-${inLine(line, pool)}`,
      compatibility: size.launch === 'ec2' ? Compatibility.MANAGED_INSTANCES : Compatibility.FARGATE,
      networkMode: NetworkMode.AWS_VPC,
      cpu: String(size.vcpu * 1024),
      memoryMiB: String(size.memoryGib * 1024),
      ...(size.launch === 'fargate' && { ephemeralStorageGiB: FARGATE_STORAGE_GIB }),
      // So that the gateway sees how busy bb is. ECS does not say that its instances can do the same.
      ...(line.kind === 'official' && size.launch === 'fargate' && { pidMode: PidMode.TASK }),
      runtimePlatform: {
        cpuArchitecture: CPU_ARCHITECTURES[size.architecture],
        operatingSystemFamily: OperatingSystemFamily.LINUX,
      },
    });
    const stack = Stack.of(this);
    if (line.kind === 'native') {
      const image = containerImage(stack, 'agent', config, size.architecture);
      addNativeAgent(task, { line, config, image, pool, size });
    } else {
      addOfficialAgent(task, {
        config,
        name: inLine(line, pool),
        version: line.version,
        pool,
        size,
        images: {
          aztec: aztecImage(stack, line.images.agent, size.architecture),
          broker: containerImage(stack, 'broker', config, size.architecture),
        },
        variables: line.variables.agent,
        lineVariables: lineVariables([line]),
      });
    }
    const role = line.kind === 'native' ? 'agent' : 'gateway';
    state.ledger.grantRole(role, task.taskRole);
    state.proofs.grantRole(role, task.taskRole);
    state.queuesOf(line).grantRole(role, task.taskRole, [pool]);
    state.queuesOf(line).grantSendToLarger(pool, task.taskRole);
    this.#allowProtection(task, awsResourceNames(config.prefix).cluster);
    return task;
  }

  /** A proving agent asks ECS to stop others first. */
  #allowProtection(task: TaskDefinition, cluster: string): void {
    const tasks = Stack.of(this).formatArn({ service: 'ecs', resource: 'task', resourceName: `${cluster}/*` });
    const actions = ['ecs:GetTaskProtection', 'ecs:UpdateTaskProtection'];
    task.addToTaskRolePolicy(new PolicyStatement({ effect: Effect.ALLOW, actions, resources: [tasks] }));
    acknowledge(task.taskRole, { [wildcardFinding(this, tasks)]: 'a task learns its id when it runs' });
  }

  #service(
    capacity: Capacity,
    { line, pool, size, config, cluster, fargate, network }: AgentPoolProps,
  ): FargateService {
    const id = capacity === 'spot' ? 'Spot' : 'OnDemand';
    const service = new FargateService(this, id, {
      serviceName: awsResourceNames(config.prefix).agentService(pool, capacity, line.name),
      // CDK's class does not match CDK's interface under exactOptionalPropertyTypes.
      cluster: cluster as ICluster,
      taskDefinition: this.task,
      capacityProviderStrategies: [
        {
          capacityProvider:
            size.launch === 'ec2'
              ? this.#instances(`${id}Instances`, capacity, size, { cluster, network })
              : capacity === 'spot'
                ? 'FARGATE_SPOT'
                : 'FARGATE',
          weight: 1,
        },
      ],
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      securityGroups: [network.agentsSecurityGroup],
      assignPublicIp: false,
      // A new agent starts once one of the old has ended, so there are never more than the scaler has asked for, and paid for.
      // A proving one ends between two jobs.
      minHealthyPercent: 0,
      maxHealthyPercent: 100,
      circuitBreaker: { rollback: true },
      // Rebalancing would stop agents in the middle of a proof to spread them.
      availabilityZoneRebalancing: AvailabilityZoneRebalancing.DISABLED,
      propagateTags: PropagatedTagSource.SERVICE,
    });
    service.node.addDependency(fargate);
    return service;
  }

  #instances(
    id: string,
    capacity: Capacity,
    size: Ec2PoolConfig,
    { cluster, network }: Pick<AgentPoolProps, 'cluster' | 'network'>,
  ): string {
    const provider = new ManagedInstancesCapacityProvider(this, id, {
      subnets: network.vpc.isolatedSubnets,
      securityGroups: [network.agentsSecurityGroup],
      capacityOptionType: capacity === 'spot' ? CapacityOptionType.SPOT : CapacityOptionType.ON_DEMAND,
      instanceRequirements: {
        vCpuCountMin: size.vcpu,
        memoryMin: Size.gibibytes(size.memoryGib),
        allowedInstanceTypes: [...size.instanceTypes],
        ...(size.gpus !== undefined && {
          acceleratorCountMin: size.gpus,
          acceleratorTypes: [AcceleratorType.GPU],
          acceleratorManufacturers: [AcceleratorManufacturer.NVIDIA],
        }),
      },
    });
    cluster.addManagedInstancesCapacityProvider(provider);
    // CDK has no property for this.
    const resource = provider.node.children.find((child) => child instanceof CfnCapacityProvider);
    const scaleInAfter = 'ManagedInstancesProvider.InfrastructureOptimization.ScaleInAfter';
    resource?.addPropertyOverride(scaleInAfter, IDLE_INSTANCE_SECONDS);
    const instances = this.#arnOfInstances();
    acknowledge(provider, {
      'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AmazonECSInfrastructureRolePolicyForManagedInstances]':
        "AWS's own policy for the role with which ECS starts and ends instances; it reaches instances of ECS alone",
      'IAM5[Resource::*]': 'calls of the ECS agent that know no resource, such as ecs:DiscoverPollEndpoint',
      [wildcardFinding(this, instances)]: 'an instance learns its id when it registers',
    });
    return provider.capacityProviderName;
  }

  #arnOfInstances(): string {
    return Stack.of(this).formatArn({ service: 'ecs', resource: 'container-instance', resourceName: '*' });
  }
}
