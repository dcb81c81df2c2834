import type { Scaler } from '../../shared/agent-fleet/scaler.ts';
import type { SpotEvent, SpotEvents } from '../../shared/agent-fleet/spot-events.ts';
import { Pool } from '../../shared/proving-job/circuit-family.ts';
import type { TaskNews } from './read-ecs-event.ts';

/** Events that come so soon after another are seen by the run that the first has asked for, or by the next minute's. */
const BURST_MS = 10_000;

export interface NoteSpotEventDeps {
  readonly spotEvents: SpotEvents;
  readonly scaler: Pick<Scaler, 'ask'>;
}

/** What the news says of Spot; `undefined` when it is of another service or another end. */
export function spotEventOf(news: TaskNews): SpotEvent | undefined {
  const pool = Pool.options.find((each) => news.service === `${each}-spot`);
  if (pool === undefined) return undefined;
  const { atMs } = news;
  if (news.kind === 'unplaced') return { kind: 'refusal', pool, subject: news.eventId, atMs };
  if (news.kind === 'stopped' && !news.isTakenBack) return undefined;
  return { kind: 'interruption', pool, subject: news.taskArn, atMs };
}

/**
 * Leaves the event where the scaler finds it, and asks the scaler to look. Of a storm only the first one asks: the scaler
 * runs one at a time, and Lambda would keep the others for it.
 */
export async function noteSpotEvent(event: SpotEvent, { spotEvents, scaler }: NoteSpotEventDeps): Promise<void> {
  await spotEvents.note(event);
  const [first] = await spotEvents.since(event.atMs - BURST_MS);
  if (first?.subject === event.subject) await scaler.ask();
}
