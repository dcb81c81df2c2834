import { AWS_GROUND } from './claimers/aws-ground.ts';
import { describeClaimers, FULL_CHAOS } from './claimers/claimers.chaos.ts';

describeClaimers(AWS_GROUND, FULL_CHAOS);
