import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { AnswerRoom } from '../../../containers/broker/transport/answer-room.ts';
import type { WireLease } from '../../../shared/broker-api/wire-types.ts';
import { NO_ATTEMPTS } from '../../../shared/ledger/job-ledger.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { LocalBroker, recordOf, roomOf, watched } from './local-broker.ts';

/** More than the inputs of one job take in a response here. */
const PAYLOAD_BYTES = 16;
/** Jobs that are made ready at the same time may exceed the room. */
const AT_ONCE = 4;
const ALL = { allowList: [] };

describe('agents that do not read what they are given', () => {
  let harness: EmbeddedHarness;
  let broker: LocalBroker;
  let room: AnswerRoom;
  let payloadsRead: number;
  const unread: (() => void)[] = [];
  const end = new AbortController();

  beforeEach(async () => {
    harness = await openEmbeddedHarness();
    payloadsRead = 0;
  });
  afterEach(async () => {
    await broker.stop();
    await harness.close();
  });

  function startBroker(bytes: number, bytesPerClient = bytes): void {
    room = roomOf(bytes, bytesPerClient);
    const engine = watched(harness.engine, 'proofs', 'get', () => (payloadsRead += 1));
    broker = new LocalBroker(harness, engine, { room, holdMs: 50 });
  }

  /** As an agent whose response stays where it is. */
  async function askAndRead(client: string, isRead: boolean): Promise<WireLease | undefined> {
    const { share, close } = room.open(client, end.signal);
    const getJob = broker.broker.methods.get('proverBroker_getProvingJob')!;
    const context = { client, isAlone: true, signal: end.signal, onUndelivered: () => undefined, answer: share };
    const lease = (await getJob([ALL], context)) as WireLease | undefined;
    if (isRead) close();
    else unread.push(close);
    return lease;
  }

  async function enqueue(count: number): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let jobs = 0; jobs < count; jobs++) ids.push(await broker.enqueue());
    return ids;
  }

  it('are given as much as there is room for, and others go on', async () => {
    startBroker(400 * PAYLOAD_BYTES, 4 * PAYLOAD_BYTES);
    const ids = await enqueue(40);
    const given: unknown[] = [];
    for (let rounds = 0; rounds < 3; rounds++) {
      const asked = await Promise.all(Array.from({ length: 20 }, () => askAndRead('10.0.0.1', false)));
      given.push(...asked.filter((lease) => lease !== undefined));
    }
    expect(given.length).toBeGreaterThanOrEqual(4);
    expect(given.length).toBeLessThan(8 + AT_ONCE);
    expect(payloadsRead).toBe(given.length);
    const left = ids.length - given.length;
    for (let jobs = 0; jobs < left; jobs++) expect(await askAndRead('10.0.0.2', true)).toBeDefined();
  });

  it('have no job claimed that could not be sent, and it is there once they have read', async () => {
    startBroker(2 * PAYLOAD_BYTES);
    await enqueue(10);
    const addresses = Array.from({ length: 9 }, (_, index) => `10.0.1.${index}`);
    const given = await Promise.all(addresses.map((client) => askAndRead(client, false)));
    const waiting = given.filter((lease) => lease === undefined).length;
    expect(waiting).toBeGreaterThan(0);
    expect(await askAndRead('10.0.2.1', true)).toBeUndefined();
    for (const close of unread.splice(0)) close();
    const next = await askAndRead('10.0.2.1', true);
    expect(next).toBeDefined();
    expect(await recordOf(harness.engine, next!.job.id)).toMatchObject({ attempts: NO_ATTEMPTS });
  });
});
