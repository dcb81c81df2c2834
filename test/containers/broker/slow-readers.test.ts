import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { AnswerRoom } from '../../../containers/broker/transport/answer-room.ts';
import type { WireLease } from '../../../shared/broker-api/wire-types.ts';
import { NO_ATTEMPTS } from '../../../shared/ledger/job-ledger.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { LocalBroker, recordOf, roomOf, watched } from './local-broker.ts';

/** More than the inputs of one job take in a response here, and less than those of two. */
const PAYLOAD_BYTES = 16;
const JOBS = 20;
const ALL = { allowList: [] };

describe('agents that do not read what they are given', () => {
  let harness: EmbeddedHarness;
  let broker: LocalBroker;
  let room: AnswerRoom;
  let claims: number;
  let payloadsRead: number;

  beforeEach(async () => {
    harness = await openEmbeddedHarness();
    [claims, payloadsRead] = [0, 0];
  });
  afterEach(async () => {
    await broker.stop();
    await harness.close();
  });

  function startBroker(bytes: number, bytesPerClient: number): void {
    room = roomOf(bytes, bytesPerClient);
    const counted = watched(harness.engine, 'queue', 'claim', () => (claims += 1));
    const engine = watched(counted, 'proofs', 'get', () => (payloadsRead += 1));
    // A slow machine must not end a call that is to find a job.
    broker = new LocalBroker(harness, engine, { room, holdMs: 600_000 });
  }

  /** As an agent that waits for a job. @param isRead whether it reads the response */
  async function ask(client: string, isRead: boolean, signal: AbortSignal): Promise<WireLease | undefined> {
    const { share, close } = room.open(client, signal);
    const getJob = broker.broker.methods.get('proverBroker_getProvingJob')!;
    const lease = await getJob([ALL], { client, isAlone: true, signal, onUndelivered: () => undefined, answer: share });
    if (isRead) close();
    return lease as WireLease | undefined;
  }

  it('are given as much as there is room for, and others go on', async () => {
    startBroker(400 * PAYLOAD_BYTES, 4 * PAYLOAD_BYTES);
    for (let jobs = 0; jobs < JOBS; jobs++) await broker.enqueue();
    const over = new AbortController();
    const asked = Array.from({ length: JOBS }, () => ask('10.0.0.1', false, over.signal));
    await expect.poll(() => room.open('10.0.0.1', over.signal).share.hasRoom).toBe(false);
    const others = [await ask('10.0.0.2', true, over.signal), await ask('10.0.0.2', true, over.signal)];
    expect(others).toEqual([expect.objectContaining({}), expect.objectContaining({})]);
    over.abort();
    const given = (await Promise.all(asked)).filter((lease) => lease !== undefined);
    expect(given.length).toBeGreaterThanOrEqual(4);
    // Some jobs are made ready at the same time.
    expect(given.length).toBeLessThan(12);
    expect(payloadsRead).toBe(given.length + others.length);
  });

  it('have no job claimed that could not be sent, and it is there once they have read', async () => {
    startBroker(PAYLOAD_BYTES, PAYLOAD_BYTES);
    const { signal } = new AbortController();
    const unread = room.open('10.0.0.1', signal);
    unread.share.add(PAYLOAD_BYTES);
    await broker.enqueue();
    const asked = ask('10.0.0.2', true, signal);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([claims, payloadsRead]).toEqual([0, 0]);
    unread.close();
    const lease = await asked;
    expect(await recordOf(harness.engine, lease!.job.id)).toMatchObject({ state: 'leased', attempts: NO_ATTEMPTS });
  });
});
