import { AWS_PERMISSIONS, type AwsRole } from '../shared/engine/aws/aws-permissions.ts';

/** The calls that the programs of `role` make to one AWS service, as IAM actions. */
export function callsOfRole(role: AwsRole, service: string): readonly string[] {
  return AWS_PERMISSIONS[role].filter((call) => call.startsWith(`${service}:`));
}
