import { Stage, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

import { AgentsStack } from './agents-stack.ts';
import type { EnvironmentConfig } from './config/environment-config.ts';
import { FunctionsStack } from './functions-stack.ts';
import { NetworkStack } from './network-stack.ts';
import { NodeStack } from './node-stack.ts';
import { ObservabilityStack } from './observability-stack.ts';
import { StateStack } from './state-stack.ts';

export interface ProverStageProps {
  readonly config: EnvironmentConfig;
}

/** One environment: a prover with everything that it needs, in an empty account. */
export class ProverStage extends Stage {
  readonly state: StateStack;
  readonly network: NetworkStack;
  readonly agents: AgentsStack;
  readonly prover: NodeStack;
  readonly functions: FunctionsStack;
  readonly observability: ObservabilityStack;

  constructor(scope: Construct, id: string, { config }: ProverStageProps) {
    const { account, region, prefix } = config;
    super(scope, id, { env: { region, ...(account !== undefined && { account }) } });
    Tags.of(this).add('coppice', prefix);
    const named = (name: string): { readonly stackName: string; readonly config: EnvironmentConfig } => ({
      stackName: `${prefix}-${name}`,
      config,
    });
    const state = new StateStack(this, 'State', named('state'));
    this.state = state;
    const network = new NetworkStack(this, 'Network', named('network'));
    this.network = network;
    const functions = new FunctionsStack(this, 'Functions', { ...named('functions'), state });
    this.functions = functions;
    this.agents = new AgentsStack(this, 'Agents', { ...named('agents'), network, state });
    // Each service begins with a task. The scaler stops it at once, so that no deployment waits for a task that has no room.
    this.agents.addStackDependency(functions);
    const { cluster } = this.agents;
    this.prover = new NodeStack(this, 'Node', { ...named('node'), cluster, network, state });
    this.observability = new ObservabilityStack(this, 'Observability', { ...named('observability'), state, functions });
  }
}
