import { describeCanary } from './canary.e2e.ts';

describeCanary(4);
