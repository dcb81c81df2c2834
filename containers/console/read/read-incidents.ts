import type { Incidents } from '../api/incidents.ts';
import type { ConsoleDeps } from './console-deps.ts';
import { readDeadLetters } from './read-dead-letters.ts';

const INCIDENTS_SHOWN = 100;

/** The newest incidents, and the messages that were set aside. */
export async function readIncidents({ engine, ages, nowMs }: ConsoleDeps): Promise<Incidents> {
  const atMs = nowMs();
  const [incidents, letters] = await Promise.all([engine.incidents.latest(INCIDENTS_SHOWN), readDeadLetters(engine)]);
  return {
    atMs,
    goodForMs: ages.pageMs,
    incidents: [...incidents],
    deadLetters: letters.map(({ parkedAtMs, reason }) => ({ parkedAtMs, reason })),
  };
}
