import { AWS_PERMISSIONS, type AwsRole } from '../shared/engine/aws/aws-permissions.ts';

/** What the programs of `role` ask of one service of AWS, as IAM names it. */
export function callsOfRole(role: AwsRole, service: string): readonly string[] {
  return AWS_PERMISSIONS[role].filter((call) => call.startsWith(`${service}:`));
}
