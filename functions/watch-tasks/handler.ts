import { parseFunctionSettings } from '../../shared/lambda/function-settings.ts';
import { createLogger } from '../../shared/telemetry/logger.ts';
import { EmfMetrics } from '../../shared/telemetry/metrics.ts';
import { readStoppedTask } from './read-stopped-task.ts';
import { watchTasks } from './watch-tasks.ts';

/** For ECS's events of tasks that have stopped. */
export async function handler(event: unknown): Promise<void> {
  const { awsPrefix, logLevel, metricsNamespace } = parseFunctionSettings([], process.env);
  const task = readStoppedTask(event, awsPrefix);
  if (task === undefined) return;
  const metrics = new EmfMetrics(metricsNamespace, { nowMs: Date.now, write: (line) => process.stdout.write(line) });
  watchTasks(task, { metrics, log: createLogger('watch-tasks', { logLevel }) });
}
