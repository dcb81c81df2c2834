import { App } from 'aws-cdk-lib';

import { type EnvironmentInput, parseEnvironment } from '../../../infra/config/environment-config.ts';
import { ProverStage } from '../../../infra/prover-stage.ts';

// What `infra/app.ts` is for the environments of `coppice.config.ts`, for one that is handed over as JSON.
const input = JSON.parse(process.env['DEPLOYED_ENVIRONMENT'] ?? '') as EnvironmentInput;
const app = new App();
new ProverStage(app, 'Deployed', { config: parseEnvironment('deployed', input) });
app.synth();
