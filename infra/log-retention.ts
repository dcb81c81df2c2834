import { RetentionDays } from 'aws-cdk-lib/aws-logs';

/** @throws {Error} for a number of days that CloudWatch does not support */
export function logRetention(days: number): RetentionDays {
  const known = Object.values(RetentionDays).filter((value) => typeof value === 'number');
  const found = known.find((value: number) => value === days);
  if (found === undefined) throw new Error(`logDays must be one of ${known.join(', ')}, got ${days}`);
  return found;
}
