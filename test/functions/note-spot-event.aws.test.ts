import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { noteSpotEvent } from '../../functions/watch-tasks/note-spot-event.ts';
import { DynamoSpotEvents } from '../../shared/engine/aws/dynamo-ledgers/dynamo-spot-events.ts';
import type { SpotEvent } from '../../shared/agent-fleet/spot-events.ts';
import { type AwsHarness, openAwsHarness } from '../contract/aws-harness.ts';

const AT_MS = 1_800_000_000_000;

describe('noteSpotEvent', () => {
  let harness: AwsHarness;
  let spotEvents: DynamoSpotEvents;
  let asked: number;
  beforeEach(async () => {
    harness = await openAwsHarness(['table']);
    spotEvents = new DynamoSpotEvents({ client: harness.clients.dynamo, name: harness.names.ledgerTable });
    asked = 0;
  });
  afterEach(() => harness.close());

  async function note(subject: string, seconds: number, kind: SpotEvent['kind'] = 'interruption'): Promise<void> {
    const event = { kind, pool: 'small', subject, atMs: AT_MS + seconds * 1000 } as const;
    await noteSpotEvent(event, { spotEvents, scaler: { ask: async () => Promise.resolve(void (asked += 1)) } });
  }
  const subjectsSince = async (seconds: number): Promise<readonly string[]> =>
    (await spotEvents.since(AT_MS + seconds * 1000)).map(({ subject }) => subject);

  it('stores events for the scaler, oldest first, in whatever order they arrive', async () => {
    await note('task-2', 20);
    await note('event-1', 40, 'refusal');
    await note('task-1', 0);
    expect(await subjectsSince(0)).toEqual(['task-1', 'task-2', 'event-1']);
    expect(await subjectsSince(1)).toEqual(['task-2', 'event-1']);
    expect(await spotEvents.since(AT_MS + 40_000)).toEqual([
      { kind: 'refusal', pool: 'small', subject: 'event-1', atMs: AT_MS + 40_000 },
    ]);
  });

  it('counts a task once, even if reported twice, or when taken back and again when stopped', async () => {
    await note('task-1', 0);
    await note('task-1', 0);
    await note('task-1', 110);
    expect(await subjectsSince(0)).toEqual(['task-1']);
  });

  it('requests one run of the scaler for events that come together', async () => {
    await note('task-1', 0);
    expect(asked).toBe(1);
    for (const seconds of [0, 1, 5, 9]) await note(`task-${seconds + 2}`, seconds);
    expect(asked).toBe(1);
    await note('event-1', 25, 'refusal');
    expect(asked).toBe(2);
  });
});
