import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

import { assertFilledIn } from './config/placeholders.ts';
import { type EnvironmentInput, parseEnvironment } from './config/environment-config.ts';
import { ProverStage } from './prover-stage.ts';

/**
 * Synthesises every environment, into a stage of its name.
 * @throws {Error} that lists what is invalid in the first environment with a mistake
 */
export function synthesise(environments: Readonly<Record<string, EnvironmentInput>>): void {
  const app = new App();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  for (const [name, input] of Object.entries(environments)) {
    const config = parseEnvironment(name, input);
    assertFilledIn(name, config);
    new ProverStage(app, name, { config });
  }
  app.synth();
}
