import type { Metrics } from '../../shared/telemetry/metrics.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { StoppedTask } from './read-stopped-task.ts';

/** How a task ended: by its own fault, by its memory, by AWS, or because it was told to or was done. */
type TaskEnd = 'crashed' | 'out-of-memory' | 'interrupted' | 'expected';

const METRIC_OF_END = {
  crashed: 'TasksCrashed',
  'out-of-memory': 'TasksOutOfMemory',
  interrupted: 'SpotInterruptions',
} as const;

const KILLED = 137;

/** Counts a task that ended otherwise than it should, and says in the log what is known of it: ECS forgets it in an hour. */
export function watchTasks(
  task: StoppedTask,
  { metrics, log }: { readonly metrics: Metrics; readonly log: Logger },
): void {
  const end = endOf(task);
  const { service, taskArn, stopCode, stoppedReason, containers } = task;
  log[end === 'expected' || end === 'interrupted' ? 'info' : 'warn'](
    { service, taskArn, end, stopCode, stoppedReason, containers },
    'a task has stopped',
  );
  if (end !== 'expected') metrics.record(METRIC_OF_END[end], 1, { service }, { taskArn, stopCode });
}

function endOf({ stopCode, stoppedReason, containers }: StoppedTask): TaskEnd {
  // Whatever stopped the task: one that its memory has killed says so.
  if (containers.some(({ reason = '' }) => reason.startsWith('OutOfMemoryError'))) return 'out-of-memory';
  switch (stopCode) {
    case 'SpotInterruption':
    case 'TerminationNotice':
      return 'interrupted';
    case 'TaskFailedToStart':
      return 'crashed';
    case 'EssentialContainerExited':
      // Nobody had told it to stop, so it was not killed for being slow: the kernel had killed it.
      if (containers.some(({ exitCode }) => exitCode === KILLED)) return 'out-of-memory';
      return containers.every(({ exitCode }) => exitCode === 0) ? 'expected' : 'crashed';
    case 'ServiceSchedulerInitiated':
      // The service replaces it: because it is scaled in or deployed, or because it was not healthy.
      return /health checks/i.test(stoppedReason) ? 'crashed' : 'expected';
    default:
      return 'expected';
  }
}
