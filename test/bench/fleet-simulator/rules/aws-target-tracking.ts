import type { Capacity } from '../../../../shared/agent-fleet/agent-fleet.ts';
import { type PerPool, perPool } from '../pools.ts';
import { boughtAs } from './bought-as.ts';
import type { ScalingRule } from './scaling-rule.ts';

/** SQS reports by the minute; target tracking's alarms want three minutes in a row to scale out and fifteen to scale in. */
const METRIC_SECONDS = 60;
const SCALE_OUT_MINUTES = 3;
const SCALE_IN_MINUTES = 15;
/** Target tracking scales in only when the metric is a tenth below its target. */
const SCALE_IN_SHARE = 0.9;
/** The backlog is divided by the running tasks, so there must be one. */
const LEAST_TASKS = 1;

/**
 * AWS's pattern for workers of an SQS queue: track a backlog per task of the acceptable latency over the mean time of a
 * message. Tasks protect themselves while they work, as AWS advises.
 *
 * @param acceptableBacklog messages that a task may have before it, by pool
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-using-sqs-queue.html
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/target-tracking-faster-auto-scaling.html, which measured
 * 363 s until it triggers
 */
export function awsTargetTracking(
  capacity: Capacity,
  acceptableBacklog: PerPool<number>,
  maxTasks: PerPool<number>,
): ScalingRule {
  const tracked = perPool(() => ({ tasks: LEAST_TASKS, minutesAbove: 0, minutesBelow: 0 }));
  return {
    name: "AWS's backlog per task",
    everySeconds: METRIC_SECONDS,
    hearsOfEvents: false,
    protectsProving: true,
    decide: ({ pools }) =>
      boughtAs(capacity, (pool) => {
        const state = tracked[pool];
        const { waitingJobs, services } = pools[pool];
        const backlog = waitingJobs / Math.max(LEAST_TASKS, services[capacity].running);
        const target = acceptableBacklog[pool];
        state.minutesAbove = backlog > target ? state.minutesAbove + 1 : 0;
        state.minutesBelow = backlog < target * SCALE_IN_SHARE ? state.minutesBelow + 1 : 0;
        const proportional = Math.ceil((Math.max(LEAST_TASKS, services[capacity].running) * backlog) / target);
        if (state.minutesAbove >= SCALE_OUT_MINUTES) state.tasks = Math.max(state.tasks, proportional);
        if (state.minutesBelow >= SCALE_IN_MINUTES) state.tasks = Math.min(state.tasks, proportional);
        state.tasks = Math.min(maxTasks[pool], Math.max(LEAST_TASKS, state.tasks));
        return state.tasks;
      }),
  };
}
