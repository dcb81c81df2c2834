import { describe, expect, it } from 'vitest';

import { readStoppedTask } from '../../functions/watch-tasks/read-stopped-task.ts';
import { watchTasks } from '../../functions/watch-tasks/watch-tasks.ts';
import { UnexpectedEventError } from '../../shared/lambda/errors.ts';
import { createLogger } from '../../shared/telemetry/logger.ts';
import { aStoppedTaskEvent } from './stopped-task-event.ts';

const log = createLogger('watch-tasks', { logLevel: 'silent' });

function countedOf(event: unknown): unknown[] {
  const counted: unknown[] = [];
  const task = readStoppedTask(event, 'coppice');
  if (task !== undefined) {
    watchTasks(task, {
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
    ['was killed though nobody had told it to stop', 'TasksOutOfMemory', [{}, { exitCode: 137 }]],
    [
      'AWS took back for its Spot price',
      'SpotInterruptions',
      [{ stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.' }, { exitCode: 143 }],
    ],
    ['was done', undefined, [{}, { exitCode: 0 }]],
    [
      'was scaled in, and took longer than it may',
      undefined,
      [{ stopCode: 'ServiceSchedulerInitiated', stoppedReason: 'Scaling activity' }, { exitCode: 137 }],
    ],
    ['an operator stopped', undefined, [{ stopCode: 'UserInitiated', stoppedReason: 'Task stopped by user' }]],
  ])('a task that %s counts as %s', (_, metric, event) => {
    expect(countedOf(aStoppedTaskEvent(...event))).toEqual(
      metric === undefined ? [] : [[metric, 1, { service: 'small-spot' }]],
    );
  });

  it('tells services apart, and leaves alone what is none of the fleet', () => {
    const node = aStoppedTaskEvent({ group: 'service:coppice-node' }, { exitCode: 1 });
    expect(countedOf(node)).toEqual([['TasksCrashed', 1, { service: 'node' }]]);
    expect(countedOf(aStoppedTaskEvent({ group: 'family:debug' }, { exitCode: 1 }))).toEqual([]);
    expect(countedOf(aStoppedTaskEvent({ group: 'service:web' }, { exitCode: 1 }))).toEqual([]);
  });

  it.each([
    ['a schedule', { source: 'aws.scheduler', detail: {} }],
    ['a task that still runs', aStoppedTaskEvent({ lastStatus: 'RUNNING' })],
  ])('refuses %s, and says how to connect the function', (_, event) => {
    expect(() => readStoppedTask(event, 'coppice')).toThrow(UnexpectedEventError);
    expect(() => readStoppedTask(event, 'coppice')).toThrow(/let a rule invoke the function/);
  });
});
