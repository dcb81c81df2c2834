import { DynamoSpotEvents } from '../../shared/engine/aws/dynamo-ledgers/dynamo-spot-events.ts';
import { LambdaScaler } from '../../shared/engine/aws/fleet/lambda-scaler.ts';
import { parseFunctionSettings } from '../../shared/lambda/function-settings.ts';
import { oncePerContainer } from '../../shared/lambda/once-per-container.ts';
import { openLedgerTable } from '../../shared/lambda/open-ledger-table.ts';
import { createLogger } from '../../shared/telemetry/logger.ts';
import { EmfMetrics } from '../../shared/telemetry/metrics.ts';
import { noteSpotEvent, spotEventOf } from './note-spot-event.ts';
import { readEcsEvent } from './read-ecs-event.ts';
import { watchTasks } from './watch-tasks.ts';

const prepared = oncePerContainer(async () => {
  const settings = parseFunctionSettings([], process.env);
  const { awsPrefix: prefix, logLevel, metricsNamespace } = settings;
  const { table, connection } = openLedgerTable(settings);
  const log = createLogger('watch-tasks', { logLevel });
  return {
    prefix,
    log,
    metrics: new EmfMetrics(metricsNamespace, { nowMs: Date.now, write: (line) => process.stdout.write(line) }),
    spotEvents: new DynamoSpotEvents(table),
    scaler: new LambdaScaler({ prefix, connection, nowMs: Date.now, log }),
  };
});

/** Handles ECS events of tasks that have stopped, are about to stop, or could not be placed. */
export async function handler(event: unknown): Promise<void> {
  const { prefix, ...deps } = await prepared.get();
  const news = readEcsEvent(event, prefix);
  if (news === undefined) return;
  watchTasks(news, deps);
  const spotEvent = spotEventOf(news);
  if (spotEvent !== undefined) await noteSpotEvent(spotEvent, deps);
}
