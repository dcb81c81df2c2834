import { inLine } from '../shared/proving-job/fleet-line.ts';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';

import type { EnvironmentConfig } from './config/environment-config.ts';
import { linesOf } from './config/lines-of.ts';
import type { NetworkStack } from './network-stack.ts';
import { NodeService } from './node-service.ts';
import type { StateStack } from './state-stack.ts';

export interface NodeStackProps extends StackProps {
  readonly config: EnvironmentConfig;
  readonly cluster: ICluster;
  readonly network: NetworkStack;
  readonly state: StateStack;
}

/** The prover nodes, one for each version line, apart from the agents, so that neither waits for the other's deployment. */
export class NodeStack extends Stack {
  constructor(scope: Construct, id: string, { config, cluster, network, state, ...props }: NodeStackProps) {
    super(scope, id, props);
    for (const line of linesOf(config)) {
      const { service } = new NodeService(this, inLine(line, 'Node'), { line, config, cluster, network, state });
      new CfnOutput(this, inLine(line, 'ServiceName'), { value: service.serviceName });
    }
  }
}
