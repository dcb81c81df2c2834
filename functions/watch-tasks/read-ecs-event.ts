import { z } from 'zod';

import {
  PLACEMENT_FAILURE,
  SERVICE_ACTION,
  TAKEN_BACK,
  TASK_CHANGE,
} from '../../shared/engine/aws/fleet/ecs-events.ts';
import { UnexpectedEventError } from '../../shared/lambda/errors.ts';

const Container = z.object({ name: z.string(), exitCode: z.number().int().optional(), reason: z.string().optional() });

/** `ECS Task State Change`: the fields that say how a task ended, or that it will. */
const TaskEvent = z.object({
  'detail-type': z.literal(TASK_CHANGE),
  time: z.iso.datetime(),
  detail: z.object({
    taskArn: z.string().min(1),
    /** `service:<name>`, or `family:<name>` for a task that was not started by a service. */
    group: z.string().default(''),
    lastStatus: z.string(),
    stopCode: z.string().optional(),
    stoppedReason: z.string().default(''),
    containers: z.array(Container).default([]),
  }),
});

/** `ECS Service Action`: the fields that say that a task could not be placed. */
const PlacementEvent = z.object({
  'detail-type': z.literal(SERVICE_ACTION),
  id: z.string().min(1),
  time: z.iso.datetime(),
  /** The service: `…:service/<cluster>/<name>`. */
  resources: z.tuple([z.string()]),
  detail: z.object({ eventName: z.literal(PLACEMENT_FAILURE), reason: z.string().default('') }),
});

const EcsEvent = z.discriminatedUnion('detail-type', [TaskEvent, PlacementEvent]);

interface OfService {
  /** Without the fleet's prefix: `node`, `small-spot`. */
  readonly service: string;
  readonly atMs: number;
}

/** A task that has stopped. */
export interface StoppedTask extends OfService {
  readonly kind: 'stopped';
  readonly taskArn: string;
  readonly stopCode: string;
  readonly stoppedReason: string;
  readonly isTakenBack: boolean;
  readonly containers: readonly z.infer<typeof Container>[];
}

/** A task that AWS takes back: it runs for two more minutes. */
export interface ReclaimedTask extends OfService {
  readonly kind: 'reclaimed';
  readonly taskArn: string;
}

/** A task that AWS has no room for. ECS keeps trying. */
export interface UnplacedTask extends OfService {
  readonly kind: 'unplaced';
  /** The event's id, or the ARN of a task that stopped before it started. */
  readonly subject: string;
  /** In ECS's words: `RESOURCE:FARGATE`. */
  readonly reason: string;
}

export type TaskNews = StoppedTask | ReclaimedTask | UnplacedTask;

const SERVICE_GROUP = 'service:';
/**
 * Of ECS's reasons for a task that failed to start, those that only say that there was no room for it: of Fargate
 * (`Capacity is unavailable at this time`), of instances (`EMPTY CAPACITY PROVIDER`), and EC2's error codes for instances that
 * are unavailable or exceed the account's limits.
 */
const NO_ROOM = /capacity|VcpuLimitExceeded|InstanceLimitExceeded|MaxSpotInstanceCountExceeded/i;
const WHAT_TO_DO =
  `let rules invoke the function with these events of the fleet's cluster: '${TASK_CHANGE}' whose lastStatus is STOPPED, ` +
  `or whose stopCode is ${TAKEN_BACK.join(' or ')}; '${SERVICE_ACTION}' named ${PLACEMENT_FAILURE}`;

/**
 * What an event says about a task; `undefined` for a task outside the fleet's services, such as one that was run by hand.
 * @throws {UnexpectedEventError} for any other event, and for a task that keeps running
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html
 */
export function readEcsEvent(event: unknown, prefix: string): TaskNews | undefined {
  const parsed = EcsEvent.safeParse(event);
  if (!parsed.success) throw new UnexpectedEventError(parsed.error, WHAT_TO_DO);
  const service = serviceOf(parsed.data, prefix);
  const atMs = Date.parse(parsed.data.time);
  if (parsed.data['detail-type'] === SERVICE_ACTION) {
    const { id: subject, detail } = parsed.data;
    return service === undefined ? undefined : { kind: 'unplaced', service, atMs, subject, reason: detail.reason };
  }
  const { taskArn, lastStatus, stopCode = '', stoppedReason, containers } = parsed.data.detail;
  const isTakenBack = TAKEN_BACK.includes(stopCode);
  if (lastStatus !== 'STOPPED' && !isTakenBack) {
    throw new UnexpectedEventError(`the task is ${lastStatus}`, WHAT_TO_DO);
  }
  if (service === undefined) return undefined;
  if (lastStatus !== 'STOPPED') return { kind: 'reclaimed', service, atMs, taskArn };
  if (stopCode === 'TaskFailedToStart' && NO_ROOM.test(stoppedReason)) {
    return { kind: 'unplaced', service, atMs, subject: taskArn, reason: stoppedReason };
  }
  return { kind: 'stopped', service, atMs, taskArn, stopCode, stoppedReason, isTakenBack, containers };
}

function serviceOf(event: z.infer<typeof EcsEvent>, prefix: string): string | undefined {
  const name =
    event['detail-type'] === SERVICE_ACTION
      ? event.resources[0].split('/').at(-1)
      : event.detail.group.startsWith(SERVICE_GROUP)
        ? event.detail.group.slice(SERVICE_GROUP.length)
        : undefined;
  return name?.startsWith(`${prefix}-`) ? name.slice(prefix.length + 1) : undefined;
}
