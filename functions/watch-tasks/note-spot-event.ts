import type { Scaler } from '../../shared/agent-fleet/scaler.ts';
import type { SpotEvent, SpotEvents } from '../../shared/agent-fleet/spot-events.ts';
import { Pool } from '../../shared/proving-job/circuit-family.ts';
import type { TaskNews } from './read-ecs-event.ts';

/** An event this soon after another is covered by the run that the first one requested, or by the next scheduled run. */
const BURST_MS = 10_000;

export interface NoteSpotEventDeps {
  readonly spotEvents: SpotEvents;
  readonly scaler: Pick<Scaler, 'ask'>;
}

/** The Spot event in the news; `undefined` for another service, or a task that ended for another reason. */
export function spotEventOf(news: TaskNews): SpotEvent | undefined {
  const of = spotAgentsOf(news.service);
  if (of === undefined) return undefined;
  const { atMs } = news;
  if (news.kind === 'unplaced') return { kind: 'refusal', ...of, subject: news.subject, atMs };
  if (news.kind === 'stopped' && !news.isTakenBack) return undefined;
  return { kind: 'interruption', ...of, subject: news.taskArn, atMs };
}

/** Of `small-spot` and `v6-small-spot`: the line, where there is one, and the pool. */
function spotAgentsOf(service: string): Pick<SpotEvent, 'line' | 'pool'> | undefined {
  const [, line, word] = /^(?:([a-z0-9]+)-)?([a-z]+)-spot$/.exec(service) ?? [];
  const { data: pool } = Pool.safeParse(word);
  return pool && { ...(line !== undefined && { line }), pool };
}

/**
 * Stores the event for the scaler, and requests a run. Of a burst only the first event does: the scaler runs one at a time,
 * and Lambda would queue the other requests.
 */
export async function noteSpotEvent(event: SpotEvent, { spotEvents, scaler }: NoteSpotEventDeps): Promise<void> {
  await spotEvents.note(event);
  const [first] = await spotEvents.since(event.atMs - BURST_MS);
  if (first?.subject === event.subject) await scaler.ask();
}
