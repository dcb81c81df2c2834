import { App, Stage } from 'aws-cdk-lib';

import type { EnvironmentConfig } from '../../../infra/config/environment-config.ts';
import { WITHOUT_CODE } from '../../../infra/function-code.ts';
import { FunctionsStack } from '../../../infra/functions-stack.ts';
import { ObservabilityStack } from '../../../infra/observability-stack.ts';
import { StateStack } from '../../../infra/state-stack.ts';

export interface ObservedStacks {
  readonly state: StateStack;
  readonly functions: FunctionsStack;
  readonly observability: ObservabilityStack;
}

/** The observability stack of an environment and the stacks that it watches, with stubs in place of their code. */
export function observedStacks(config: EnvironmentConfig): ObservedStacks {
  const { account, region } = config;
  const app = new App({ context: { [WITHOUT_CODE]: true } });
  const stage = new Stage(app, 'Test', { env: { region, ...(account !== undefined && { account }) } });
  const state = new StateStack(stage, 'State', { config });
  const functions = new FunctionsStack(stage, 'Functions', { config, state });
  return {
    state,
    functions,
    observability: new ObservabilityStack(stage, 'Observability', { config, state, functions }),
  };
}
