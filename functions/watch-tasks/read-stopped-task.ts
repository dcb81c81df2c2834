import { z } from 'zod';

import { UnexpectedEventError } from '../../shared/lambda/errors.ts';

const Container = z.object({ name: z.string(), exitCode: z.number().int().optional(), reason: z.string().optional() });

/** `ECS Task State Change`, as far as it says how a task ended. */
const TaskEvent = z.object({
  'detail-type': z.literal('ECS Task State Change'),
  detail: z.object({
    taskArn: z.string().min(1),
    /** `service:<name>`, or `family:<name>` of a task that no service has started. */
    group: z.string().default(''),
    lastStatus: z.string(),
    stopCode: z.string().optional(),
    stoppedReason: z.string().default(''),
    containers: z.array(Container).default([]),
  }),
});

/** A task that has stopped. */
export interface StoppedTask {
  readonly taskArn: string;
  /** The service that had started it, without the fleet's prefix: `node`, `small-spot`. */
  readonly service: string;
  readonly stopCode: string;
  readonly stoppedReason: string;
  readonly containers: readonly z.infer<typeof Container>[];
}

const SERVICE_GROUP = 'service:';
const WHAT_TO_DO =
  "let a rule invoke the function with the events 'ECS Task State Change' of the fleet's cluster whose lastStatus is STOPPED";

/**
 * The task that an event tells of; `undefined` when no service of the fleet had started it, such as one that was run by hand.
 * @throws {UnexpectedEventError} when it is another event, or of a task that has not stopped
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
 */
export function readStoppedTask(event: unknown, prefix: string): StoppedTask | undefined {
  const parsed = TaskEvent.safeParse(event);
  if (!parsed.success) throw new UnexpectedEventError(parsed.error, WHAT_TO_DO);
  const { taskArn, group, lastStatus, stopCode = '', stoppedReason, containers } = parsed.data.detail;
  if (lastStatus !== 'STOPPED') throw new UnexpectedEventError(`the task is ${lastStatus}`, WHAT_TO_DO);
  const ofFleet = `${SERVICE_GROUP}${prefix}-`;
  if (!group.startsWith(ofFleet)) return undefined;
  return { taskArn, service: group.slice(ofFleet.length), stopCode, stoppedReason, containers };
}
