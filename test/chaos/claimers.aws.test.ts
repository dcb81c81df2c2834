import { AWS_GROUND } from './claimers/aws-ground.ts';
import { describeClaimersWithoutSweeper } from './claimers/claimers.chaos.ts';

// With a sweeper, at full size: claimers.long.aws.test.ts. Requests to an emulator take it minutes.
describeClaimersWithoutSweeper(AWS_GROUND);
