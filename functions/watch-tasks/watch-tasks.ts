import type { Metrics } from '../../shared/telemetry/metrics.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { StoppedTask, TaskNews } from './read-ecs-event.ts';

/** How a task ended: it failed, it ran out of memory, AWS took it back, or it was stopped or done. */
type TaskEnd = 'crashed' | 'out-of-memory' | 'interrupted' | 'expected';

const METRIC_OF_END = {
  crashed: 'TasksCrashed',
  'out-of-memory': 'TasksOutOfMemory',
  interrupted: 'SpotInterruptions',
} as const;

const KILLED = 137;

export interface WatchTasksDeps {
  readonly metrics: Metrics;
  readonly log: Logger;
}

/**
 * Counts a task that ended unexpectedly or could not be placed, and logs what is known of it: ECS forgets it within an hour.
 */
export function watchTasks(news: TaskNews, { metrics, log }: WatchTasksDeps): void {
  const { service } = news;
  switch (news.kind) {
    case 'stopped':
      countEnd(news, { metrics, log });
      return;
    case 'reclaimed':
      // Counted once it has stopped.
      log.info({ service, taskArn: news.taskArn }, 'AWS takes a task back');
      return;
    case 'unplaced':
      log.warn({ service, reason: news.reason }, 'AWS has no room for a task');
      metrics.record('TasksUnplaced', 1, { service }, { reason: news.reason });
  }
}

function countEnd(task: StoppedTask, { metrics, log }: WatchTasksDeps): void {
  const end = endOf(task);
  const { service, taskArn, stopCode, stoppedReason, containers } = task;
  log[end === 'expected' || end === 'interrupted' ? 'info' : 'warn'](
    { service, taskArn, end, stopCode, stoppedReason, containers },
    'a task has stopped',
  );
  if (end !== 'expected') metrics.record(METRIC_OF_END[end], 1, { service }, { taskArn, stopCode });
}

function endOf({ stopCode, stoppedReason, isTakenBack, containers }: StoppedTask): TaskEnd {
  // First, because the container's reason is more exact than the stop code.
  if (containers.some(({ reason = '' }) => reason.startsWith('OutOfMemoryError'))) return 'out-of-memory';
  if (isTakenBack) return 'interrupted';
  switch (stopCode) {
    case 'TaskFailedToStart':
      return 'crashed';
    case 'EssentialContainerExited':
      // It was not asked to stop, so it was not killed for stopping too slowly: the kernel killed it.
      if (containers.some(({ exitCode }) => exitCode === KILLED)) return 'out-of-memory';
      return containers.every(({ exitCode }) => exitCode === 0) ? 'expected' : 'crashed';
    case 'ServiceSchedulerInitiated':
      // The service replaces it: because it is scaled in or deployed, or because it was not healthy.
      return /health checks/i.test(stoppedReason) ? 'crashed' : 'expected';
    default:
      return 'expected';
  }
}
