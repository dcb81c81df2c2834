import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnClusterCapacityProviderAssociations, Cluster, ContainerInsights, type ICluster } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';

import { awsResourceNames } from '../shared/engine/aws/aws-resource-names.ts';
import { Pool } from '../shared/proving-job/circuit-family.ts';
import { inLine } from '../shared/proving-job/fleet-line.ts';
import { AgentPool } from './agent-pool.ts';
import type { EnvironmentConfig } from './config/environment-config.ts';
import { linesOf } from './config/lines-of.ts';
import type { NetworkStack } from './network-stack.ts';
import type { StateStack } from './state-stack.ts';

export interface AgentsStackProps extends StackProps {
  readonly config: EnvironmentConfig;
  readonly network: NetworkStack;
  readonly state: StateStack;
}

/** The cluster and the agents in it. (Capacity providers of instances must be in the cluster's stack.) */
export class AgentsStack extends Stack {
  /** CDK's class does not match CDK's interface under exactOptionalPropertyTypes. */
  readonly cluster: ICluster;
  readonly pools: readonly AgentPool[];

  constructor(scope: Construct, id: string, { config, network, state, ...props }: AgentsStackProps) {
    super(scope, id, props);
    const cluster = new Cluster(this, 'Cluster', {
      clusterName: awsResourceNames(config.prefix).cluster,
      vpc: network.vpc,
      containerInsightsV2: ContainerInsights.ENABLED,
    });
    this.cluster = cluster as ICluster;
    // CDK would create it as well, but only at the end, when no service can depend on it.
    const fargate = new CfnClusterCapacityProviderAssociations(cluster, 'Cluster', {
      cluster: cluster.clusterName,
      capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
      defaultCapacityProviderStrategy: [],
    });
    this.pools = linesOf(config).flatMap((line) =>
      Pool.options.flatMap((pool) => {
        const size = line.pools[pool];
        const props = { line, pool, config, cluster, fargate, network, state };
        return size === undefined ? [] : [new AgentPool(this, inLine(line, pool), { ...props, size })];
      }),
    );
    new CfnOutput(this, 'ClusterName', { value: cluster.clusterName });
  }
}
