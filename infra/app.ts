import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

import environments from '../coppice.config.ts';
import { parseEnvironment } from './config/environment-config.ts';
import { ProverStage } from './prover-stage.ts';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
for (const [name, input] of Object.entries(environments)) {
  new ProverStage(app, name, { config: parseEnvironment(name, input) });
}
app.synth();
