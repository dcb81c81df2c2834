import { describe, expect, it } from 'vitest';

import { spotEventOf } from '../../functions/watch-tasks/note-spot-event.ts';
import { readEcsEvent } from '../../functions/watch-tasks/read-ecs-event.ts';
import { watchTasks } from '../../functions/watch-tasks/watch-tasks.ts';
import { UnexpectedEventError } from '../../shared/lambda/errors.ts';
import { createLogger } from '../../shared/telemetry/logger.ts';
import { aPlacementFailureEvent } from './placement-failure-event.ts';
import { aStoppedTaskEvent } from './stopped-task-event.ts';

const log = createLogger('watch-tasks', { logLevel: 'silent' });

function countedOf(event: unknown): unknown[] {
  const counted: unknown[] = [];
  const news = readEcsEvent(event, 'coppice');
  if (news !== undefined) {
    watchTasks(news, {
      metrics: { record: (name, value, dimensions) => counted.push([name, value, dimensions]) },
      log,
    });
  }
  return counted;
}

describe('watchTasks', () => {
  it.each<[string, string | undefined, Parameters<typeof aStoppedTaskEvent>]>([
    ['exited with an error', 'TasksCrashed', [{}, { exitCode: 1 }]],
    ['never started', 'TasksCrashed', [{ stopCode: 'TaskFailedToStart', stoppedReason: 'CannotPullContainerError' }]],
    [
      'was not healthy',
      'TasksCrashed',
      [
        { stopCode: 'ServiceSchedulerInitiated', stoppedReason: 'Task failed container health checks' },
        { exitCode: 143 },
      ],
    ],
    [
      'ECS saw run out of memory',
      'TasksOutOfMemory',
      [{}, { exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' }],
    ],
    ['was killed without being asked to stop', 'TasksOutOfMemory', [{}, { exitCode: 137 }]],
    [
      'AWS took back for its Spot price',
      'SpotInterruptions',
      [{ stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.' }, { exitCode: 143 }],
    ],
    ['was done', undefined, [{}, { exitCode: 0 }]],
    [
      'was scaled in, and stopped too slowly',
      undefined,
      [{ stopCode: 'ServiceSchedulerInitiated', stoppedReason: 'Scaling activity' }, { exitCode: 137 }],
    ],
    ['an operator stopped', undefined, [{ stopCode: 'UserInitiated', stoppedReason: 'Task stopped by user' }]],
  ])('a task that %s counts as %s', (_, metric, event) => {
    expect(countedOf(aStoppedTaskEvent(...event))).toEqual(
      metric === undefined ? [] : [[metric, 1, { service: 'small-spot' }]],
    );
  });

  it('distinguishes services, and ignores tasks outside the fleet', () => {
    const node = aStoppedTaskEvent({ group: 'service:coppice-node' }, { exitCode: 1 });
    expect(countedOf(node)).toEqual([['TasksCrashed', 1, { service: 'node' }]]);
    expect(countedOf(aStoppedTaskEvent({ group: 'family:debug' }, { exitCode: 1 }))).toEqual([]);
    expect(countedOf(aStoppedTaskEvent({ group: 'service:web' }, { exitCode: 1 }))).toEqual([]);
    expect(countedOf(aPlacementFailureEvent({ service: 'web' }))).toEqual([]);
  });

  it('counts a task that AWS takes back once, when it has stopped', () => {
    const stopCode = 'SpotInterruption';
    expect(countedOf(aStoppedTaskEvent({ lastStatus: 'RUNNING', stopCode }))).toEqual([]);
    expect(countedOf(aStoppedTaskEvent({ lastStatus: 'STOPPED', stopCode }))).toHaveLength(1);
  });

  it('counts a task that AWS has no room for', () => {
    const service = 'coppice-large-od';
    expect(countedOf(aPlacementFailureEvent({ service }))).toEqual([['TasksUnplaced', 1, { service: 'large-od' }]]);
  });

  it.each([
    'Capacity is unavailable at this time. Please try again later or in a different availability zone',
    'EMPTY CAPACITY PROVIDER',
    'InsufficientInstanceCapacity: We currently do not have sufficient m8a.16xlarge capacity',
    'MaxSpotInstanceCountExceeded: Max spot instance count exceeded',
  ])('counts a task that did not start for want of room as one without room, not as a crash: %s', (stoppedReason) => {
    const event = aStoppedTaskEvent({
      group: 'service:coppice-large-od',
      stopCode: 'TaskFailedToStart',
      stoppedReason,
    });
    expect(countedOf(event)).toEqual([['TasksUnplaced', 1, { service: 'large-od' }]]);
  });

  it.each([
    ['a schedule', { source: 'aws.scheduler', detail: {} }],
    ['a task that still runs', aStoppedTaskEvent({ lastStatus: 'RUNNING' })],
    [
      'another service action',
      { ...aPlacementFailureEvent(), detail: { eventName: 'SERVICE_STEADY_STATE', reason: '' } },
    ],
  ])('refuses %s, and says how to connect the function', (_, event) => {
    expect(() => readEcsEvent(event, 'coppice')).toThrow(UnexpectedEventError);
    expect(() => readEcsEvent(event, 'coppice')).toThrow(/let rules invoke the function/);
  });
});

describe('spotEventOf', () => {
  const spotEvent = (event: unknown): unknown => {
    const news = readEcsEvent(event, 'coppice');
    return news && spotEventOf(news);
  };
  const atMs = Date.parse('2026-11-25T19:20:00Z');

  it.each(['RUNNING', 'STOPPED'])('is an interruption for a Spot agent that is taken back and is %s', (lastStatus) => {
    const event = aStoppedTaskEvent({ lastStatus, stopCode: 'SpotInterruption' });
    expect(spotEvent(event)).toEqual({
      kind: 'interruption',
      pool: 'small',
      subject: 'arn:aws:ecs:us-east-1:123456789012:task/coppice/0f6f1b6d5a4e4d53a3d0f7b6f0c2a0f1',
      atMs,
    });
  });

  it('names the version line of the agent', () => {
    expect(spotEvent(aPlacementFailureEvent({ service: 'coppice-v6-large-spot', id: 'event-1' }))).toMatchObject({
      line: 'v6',
      pool: 'large',
    });
    expect(spotEvent(aPlacementFailureEvent({ service: 'coppice-v6-node', id: 'event-1' }))).toBeUndefined();
  });

  it('is a refusal for a Spot agent that cannot be placed', () => {
    expect(spotEvent(aPlacementFailureEvent({ service: 'coppice-large-spot', id: 'event-1' }))).toEqual({
      kind: 'refusal',
      pool: 'large',
      subject: 'event-1',
      atMs,
    });
  });

  it('is a refusal for a Spot agent that did not start for want of room', () => {
    const stoppedReason = 'EMPTY CAPACITY PROVIDER';
    expect(spotEvent(aStoppedTaskEvent({ stopCode: 'TaskFailedToStart', stoppedReason }))).toEqual({
      kind: 'refusal',
      pool: 'small',
      subject: 'arn:aws:ecs:us-east-1:123456789012:task/coppice/0f6f1b6d5a4e4d53a3d0f7b6f0c2a0f1',
      atMs,
    });
  });

  it.each([
    ['an agent that crashed', aStoppedTaskEvent({}, { exitCode: 1 })],
    ['an on-demand agent that cannot be placed', aPlacementFailureEvent({ service: 'coppice-small-od' })],
    ['the node', aPlacementFailureEvent({ service: 'coppice-node' })],
  ])('says nothing of Spot for %s', (_, event) => {
    expect(spotEvent(event)).toBeUndefined();
  });
});
