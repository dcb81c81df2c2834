import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';

/**
 * What it means that a metric has no values:
 * - `fine`: it is written when something happens, or while an epoch is open; where a program has gone silent, another
 *   alarm says so.
 * - `trouble`: its program writes it every minute, so its silence is what the alarm is about.
 * - `no-news`: it tells how something stands, which did not change because nobody looked. That nobody looks is another alarm.
 */
export type Silence = 'fine' | 'trouble' | 'no-news';

export const TREATMENT_OF_SILENCE: Readonly<Record<Silence, TreatMissingData>> = {
  fine: TreatMissingData.NOT_BREACHING,
  trouble: TreatMissingData.BREACHING,
  'no-news': TreatMissingData.IGNORE,
};

/** One alarm, before it is a resource. */
export interface AlarmDefinition {
  /** What kind of trouble it is: the heading of its article in the runbook. */
  readonly article: string;
  /** Whose trouble: a pool, a service, a function. @default the fleet's */
  readonly of?: string;
  /** `page`: an epoch will be lost if nobody acts within the hour. `notice`: it can wait for the morning. */
  readonly urgency: 'page' | 'notice';
  /** What is wrong, to somebody whom it has woken up. */
  readonly meaning: string;
  readonly metric: IMetric;
  readonly comparison: ComparisonOperator;
  readonly threshold: number;
  /** It fires when so many of the last `of` periods are in breach. */
  readonly periods: { readonly breaching: number; readonly of: number };
  readonly silence: Silence;
}

export const ONE_MINUTE = Duration.minutes(1);
export const FIVE_MINUTES = Duration.minutes(5);
export const { GREATER_THAN_THRESHOLD: ABOVE, GREATER_THAN_OR_EQUAL_TO_THRESHOLD: AT_LEAST } = ComparisonOperator;
export const { LESS_THAN_THRESHOLD: BELOW } = ComparisonOperator;

/** In the one period, at once. */
export const AT_ONCE: AlarmDefinition['periods'] = { breaching: 1, of: 1 };

/** In every one of the last `count` periods. */
export function inAllOf(count: number): AlarmDefinition['periods'] {
  return { breaching: count, of: count };
}
