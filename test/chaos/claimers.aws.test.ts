import { AWS_GROUND } from './claimers/aws-ground.ts';
import { describeClaimers, describeClaimersWithoutSweeper, SMALL_CHAOS } from './claimers/claimers.chaos.ts';

describeClaimers(AWS_GROUND, SMALL_CHAOS);
describeClaimersWithoutSweeper(AWS_GROUND);
