import { inLine } from '../../shared/proving-job/fleet-line.ts';
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';

import {
  type AlarmDefinition,
  AT_LEAST,
  AT_ONCE,
  BELOW,
  FIVE_MINUTES,
  inAllOf,
  ONE_MINUTE,
} from './alarm-definition.ts';
import type { FleetMetrics } from './fleet-metrics.ts';
import type { JobQueue } from '../job-queues.ts';

/** The submitter bumps its fee every few minutes and gives up only when the window closes. */
const OUTBOX_PATIENCE_SECONDS = 15 * 60;

/** Alarms on whether epochs get proven: anything late, lost, or waiting for an operator. */
export function epochAlarms(metrics: FleetMetrics, epochSlackSeconds: number): readonly AlarmDefinition[] {
  return [
    {
      article: 'epoch-slack',
      urgency: 'page',
      meaning: `An epoch has less than ${epochSlackSeconds} s to spare: its window, less the jobs that must still follow one another.`,
      metric: metrics.min('EpochSlackSeconds', {}, ONE_MINUTE),
      comparison: BELOW,
      threshold: epochSlackSeconds,
      // A single poll may fall between the end of a job and the record of the next.
      periods: { breaching: 2, of: 3 },
      silence: 'fine',
    },
    {
      article: 'epoch-missed',
      urgency: 'page',
      meaning: "An epoch's window has closed without a proof of ours. Its reward is lost; the next one need not be.",
      metric: metrics.sum('EpochsMissed', {}, FIVE_MINUTES),
      comparison: AT_LEAST,
      threshold: 1,
      periods: AT_ONCE,
      silence: 'fine',
    },
    {
      article: 'rejected-jobs',
      urgency: 'page',
      meaning: 'A job has spent its attempts, and nobody proves it any more: its epoch waits for you.',
      metric: metrics.sum('JobsRejected', {}, ONE_MINUTE),
      comparison: AT_LEAST,
      threshold: 1,
      periods: AT_ONCE,
      silence: 'fine',
    },
    {
      article: 'outbox-waiting',
      urgency: 'page',
      meaning: `A root proof has waited for more than ${OUTBOX_PATIENCE_SECONDS / 60} minutes to be mined on L1.`,
      metric: metrics.max('OutboxAgeSeconds', {}, ONE_MINUTE),
      comparison: AT_LEAST,
      threshold: OUTBOX_PATIENCE_SECONDS,
      periods: { breaching: 2, of: 3 },
      silence: 'no-news',
    },
  ];
}

/** Alarms on messages whose jobs no agent could finish. */
export function deadLetterAlarms({ line, pool, lane, deadLetterQueue }: JobQueue): readonly AlarmDefinition[] {
  const period = FIVE_MINUTES;
  const inPool = inLine({ name: line }, pool);
  const of = `${inPool}-${lane}`;
  return [
    {
      article: 'dead-letters',
      of,
      urgency: 'notice',
      meaning: `A message of pool ${inPool}, lane ${lane}, became a dead letter: it was delivered too often, or no agent could read it.`,
      // Messages received, not visible: the function takes a letter within seconds, and SQS counts once a minute.
      metric: deadLetterQueue.metricNumberOfMessagesReceived({ period, statistic: Stats.SUM }),
      comparison: AT_LEAST,
      threshold: 1,
      periods: AT_ONCE,
      silence: 'fine',
    },
    {
      article: 'dead-letters-stuck',
      of,
      urgency: 'notice',
      meaning: `Dead letters of pool ${inPool}, lane ${lane}, have lain for a quarter of an hour: settle-dead-letters does not get rid of them.`,
      // A letter that fails repeatedly is hidden most of the time.
      metric: new MathExpression({
        expression: 'waiting + held',
        usingMetrics: {
          waiting: deadLetterQueue.metricApproximateNumberOfMessagesVisible({ period, statistic: Stats.MAXIMUM }),
          held: deadLetterQueue.metricApproximateNumberOfMessagesNotVisible({ period, statistic: Stats.MAXIMUM }),
        },
        period,
        label: 'dead letters not settled',
      }),
      comparison: AT_LEAST,
      threshold: 1,
      periods: inAllOf(3),
      silence: 'fine',
    },
  ];
}
