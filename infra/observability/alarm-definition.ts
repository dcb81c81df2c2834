import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';

/**
 * What a gap in a metric means:
 * - `fine`: programs write it when something happens, or while an epoch is open; another alarm reports a program that has
 *   gone silent.
 * - `trouble`: its program writes it every minute, so the alarm is about its silence.
 * - `no-news`: it shows a state, which does not change because nothing polls it. Another alarm reports missing polls.
 */
export type Silence = 'fine' | 'trouble' | 'no-news';

export const TREATMENT_OF_SILENCE: Readonly<Record<Silence, TreatMissingData>> = {
  fine: TreatMissingData.NOT_BREACHING,
  trouble: TreatMissingData.BREACHING,
  'no-news': TreatMissingData.IGNORE,
};

/** One alarm, before it becomes a resource. */
export interface AlarmDefinition {
  /** The kind of trouble: the heading of its article in the runbook. */
  readonly article: string;
  /** What is in trouble: a pool, a service, a function. @default the fleet */
  readonly of?: string;
  /** `page`: an epoch will be lost if nobody acts within the hour. `notice`: it can wait for the morning. */
  readonly urgency: 'page' | 'notice';
  /** What is wrong, for a reader whom the alarm has just woken up. */
  readonly meaning: string;
  readonly metric: IMetric;
  readonly comparison: ComparisonOperator;
  readonly threshold: number;
  /** It fires when `breaching` of the last `of` periods are in breach. */
  readonly periods: { readonly breaching: number; readonly of: number };
  readonly silence: Silence;
}

export const ONE_MINUTE = Duration.minutes(1);
export const FIVE_MINUTES = Duration.minutes(5);
export const { GREATER_THAN_THRESHOLD: ABOVE, GREATER_THAN_OR_EQUAL_TO_THRESHOLD: AT_LEAST } = ComparisonOperator;
export const { LESS_THAN_THRESHOLD: BELOW } = ComparisonOperator;

/** In a single period, at once. */
export const AT_ONCE: AlarmDefinition['periods'] = { breaching: 1, of: 1 };

/** In each of the last `count` periods. */
export function inAllOf(count: number): AlarmDefinition['periods'] {
  return { breaching: count, of: count };
}
