import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';

import type { EnvironmentConfig } from './config/environment-config.ts';
import type { NetworkStack } from './network-stack.ts';
import { NodeService } from './node-service.ts';
import type { StateStack } from './state-stack.ts';

export interface NodeStackProps extends StackProps {
  readonly config: EnvironmentConfig;
  readonly cluster: ICluster;
  readonly network: NetworkStack;
  readonly state: StateStack;
}

/** The prover node, apart from the agents, so that neither waits for the other's deployment. */
export class NodeStack extends Stack {
  readonly service: NodeService;

  constructor(scope: Construct, id: string, { config, cluster, network, state, ...props }: NodeStackProps) {
    super(scope, id, props);
    this.service = new NodeService(this, 'Node', { config, cluster, network, state });
    new CfnOutput(this, 'ServiceName', { value: this.service.service.serviceName });
  }
}
