import { parseFunctionSettings } from '../../shared/lambda/function-settings.ts';
import { oncePerContainer } from '../../shared/lambda/once-per-container.ts';
import { openFunction } from '../../shared/lambda/open-function.ts';
import { noteSpotEvent, spotEventOf } from './note-spot-event.ts';
import { readEcsEvent } from './read-ecs-event.ts';
import { watchTasks } from './watch-tasks.ts';

const prepared = oncePerContainer(async () => {
  const settings = parseFunctionSettings([], process.env);
  const { engine, metrics, log } = openFunction('watch-tasks', settings);
  const { spotEvents, scaler } = engine;
  return { prefix: settings.awsPrefix, spotEvents, scaler, metrics, log };
});

/** For ECS's events of tasks that have stopped, that will, and that found no place. */
export async function handler(event: unknown): Promise<void> {
  const { prefix, ...deps } = await prepared.get();
  const news = readEcsEvent(event, prefix);
  if (news === undefined) return;
  watchTasks(news, deps);
  const spotEvent = spotEventOf(news);
  if (spotEvent !== undefined) await noteSpotEvent(spotEvent, deps);
}
