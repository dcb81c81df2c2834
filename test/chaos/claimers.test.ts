import { describeClaimers, describeClaimersWithoutSweeper, SMALL_CHAOS } from './claimers/claimers.chaos.ts';
import { EMBEDDED_GROUND } from './claimers/embedded-ground.ts';

describeClaimers(EMBEDDED_GROUND, SMALL_CHAOS);
describeClaimersWithoutSweeper(EMBEDDED_GROUND);
