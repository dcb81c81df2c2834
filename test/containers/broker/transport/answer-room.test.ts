import { describe, expect, it } from 'vitest';

import { AnswerRoom, type AnswerShare } from '../../../../containers/broker/transport/answer-room.ts';

/** A response to a client, in a room that the test made. */
interface Response {
  readonly share: AnswerShare;
  readonly close: () => void;
}

const never = new AbortController().signal;

function aRoom(
  bytes: number,
  bytesPerClient = bytes,
): { readonly respond: (client: string, signal?: AbortSignal) => Response } {
  const room = new AnswerRoom({ bytes, bytesPerClient, patienceMs: 600_000 });
  return { respond: (client, signal = never) => room.open(client, signal) };
}

/** The names of the promises that have resolved, once all that can happen has. */
async function resolved(promises: Readonly<Record<string, Promise<unknown>>>): Promise<readonly string[]> {
  const names: string[] = [];
  for (const [name, promise] of Object.entries(promises)) void promise.then(() => names.push(name));
  await new Promise(setImmediate);
  return names;
}

describe('the room for responses', () => {
  it('lets those wait that find none, and serves first who came first', async () => {
    const { respond } = aRoom(10);
    const [held, large, small] = [respond('a'), respond('b'), respond('c')];
    await held.share.take(6);
    const takes = { large: large.share.take(8), small: small.share.take(2) };
    expect(await resolved(takes)).toEqual([]);
    held.close();
    expect(await resolved(takes)).toEqual(['large', 'small']);
  });

  it('lets no client keep others waiting', async () => {
    const { respond } = aRoom(10, 5);
    await respond('slow').share.take(5);
    const second = respond('slow');
    const takes = { second: second.share.take(1), other: respond('other').share.take(5) };
    expect(await resolved(takes)).toEqual(['other']);
    expect(second.share.hasRoom).toBe(false);
  });

  it('serves a payload that is larger than all of it alone', async () => {
    const { respond } = aRoom(10, 5);
    const [huge, next] = [respond('a'), respond('b')];
    await huge.share.take(100);
    const takes = { next: next.share.take(1) };
    expect(await resolved(takes)).toEqual([]);
    huge.close();
    expect(await resolved(takes)).toEqual(['next']);
  });

  it('sends responses in the end that need more than there is, one at a time', async () => {
    const { respond } = aRoom(10);
    const [one, other] = [respond('a'), respond('b')];
    await one.share.take(5);
    await other.share.take(5);
    const takes = { one: one.share.take(5), other: other.share.take(5), again: one.share.take(90) };
    expect(await resolved(takes)).toEqual(['one', 'again']);
    one.close();
    expect(await resolved(takes)).toEqual(['one', 'again', 'other']);
  });

  it('ends a wait with the request', async () => {
    const { respond } = aRoom(10);
    await respond('a').share.take(10);
    const over = new AbortController();
    const waiting = respond('b', over.signal).share.take(1);
    over.abort();
    await expect(waiting).rejects.toThrow('have not read');
    // It no longer waits before others.
    const agent = respond('c');
    agent.share.add(5);
    expect(await agent.share.untilRoom(AbortSignal.abort())).toBe(false);
  });

  it('says when there is room again', async () => {
    const { respond } = aRoom(10, 5);
    const held = respond('a');
    held.share.add(7);
    const waits = { same: respond('a').share.untilRoom(never) };
    expect(await resolved(waits)).toEqual([]);
    expect(respond('b').share.hasRoom).toBe(true);
    held.close();
    expect(await waits.same).toBe(true);
  });
});
