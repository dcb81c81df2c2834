import { describeClaimers, FULL_CHAOS } from './claimers/claimers.chaos.ts';
import { EMBEDDED_GROUND } from './claimers/embedded-ground.ts';

describeClaimers(EMBEDDED_GROUND, FULL_CHAOS);
