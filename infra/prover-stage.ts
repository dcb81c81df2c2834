import { Stage, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

import type { EnvironmentConfig } from './config/environment-config.ts';
import { FunctionsStack } from './functions-stack.ts';
import { NetworkStack } from './network-stack.ts';
import { StateStack } from './state-stack.ts';

export interface ProverStageProps {
  readonly config: EnvironmentConfig;
}

/** One environment: a prover with all that it needs, from an empty account. */
export class ProverStage extends Stage {
  readonly state: StateStack;
  readonly network: NetworkStack;
  readonly functions: FunctionsStack;

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
    this.network = new NetworkStack(this, 'Network', named('network'));
    this.functions = new FunctionsStack(this, 'Functions', { ...named('functions'), state });
  }
}
