import environments from '../coppice.config.ts';
import { synthesise } from './synthesise.ts';

synthesise(environments);
