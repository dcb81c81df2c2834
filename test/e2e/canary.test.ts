import { describeCanary } from './canary.e2e.ts';

// The fewest with a merge.
describeCanary(3);
