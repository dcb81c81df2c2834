import environments from '../../../coppice.config.ts';
import { synthesise } from '../../../infra/synthesise.ts';
import { filledIn } from '../filled-in.ts';

/** The app that `npx cdk synth` runs, once an operator has filled in `coppice.config.ts`. */
synthesise({ test: filledIn(environments.test), production: filledIn(environments.production) });
