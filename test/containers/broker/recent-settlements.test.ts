import { expect, it } from 'vitest';

import { RecentSettlements } from '../../../containers/broker/recent-settlements.ts';
import { WireIds } from '../../../containers/broker/wire-ids.ts';
import type { Settlement } from '../../../shared/ledger/settlement-feed.ts';
import { makeLineId } from '../../../shared/proving-job/epoch-id.ts';
import { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';

function aBroker(): {
  readonly recent: RecentSettlements;
  readonly settle: (id: string, line?: string) => void;
  readonly elapse: (ms: number) => void;
} {
  let atMs = 0;
  let onSettled = (_settlement: Settlement): void => undefined;
  const recent = new RecentSettlements({
    settlements: { subscribe: (next) => ((onSettled = next), () => undefined) },
    ids: new WireIds(makeLineId('6.0.0')),
    steadyMs: () => atMs,
  });
  recent.start();
  return {
    recent,
    settle: (id, line = 'line-6.0.0') => onSettled({ jobId: ProvingJobId.parse(`${line}:${id}`), state: 'proven' }),
    elapse: (ms) => (atMs += ms),
  };
}

const ID = `7:PARITY_BASE:${'a'.repeat(64)}`;
const NEXT = `7:PARITY_BASE:${'b'.repeat(64)}`;
const AT_ONCE = AbortSignal.abort();

it('reports a settlement to every client, and again while an answer may be lost', async () => {
  const { recent, settle, elapse } = aBroker();
  settle(ID);
  expect(await recent.take('10.0.0.1', AT_ONCE)).toEqual([ID]);
  expect(await recent.take('10.0.0.1', AT_ONCE)).toEqual([ID]);
  expect(await recent.take('10.0.0.2', AT_ONCE)).toEqual([ID]);
  elapse(20_000);
  expect(await recent.take('10.0.0.1', AT_ONCE)).toEqual([]);
});

it('returns at once to two nodes at one address', async () => {
  const { recent, settle, elapse } = aBroker();
  settle(ID);
  await recent.take('10.0.0.1', AT_ONCE);
  elapse(1_000);
  expect(await recent.take('10.0.0.1', new AbortController().signal)).toEqual([ID]);
});

it('holds a call until there is news for its client', async () => {
  const { recent, settle, elapse } = aBroker();
  settle(ID);
  await recent.take('10.0.0.1', AT_ONCE);
  elapse(2_000);
  const held = recent.take('10.0.0.1', new AbortController().signal);
  expect(await recent.take('10.0.0.2', new AbortController().signal)).toEqual([ID]);
  settle(NEXT);
  expect(await held).toEqual([ID, NEXT]);
});

it('reports to a client that was away what it has not seen', async () => {
  const { recent, settle, elapse } = aBroker();
  settle(ID);
  await recent.take('10.0.0.1', AT_ONCE);
  elapse(10_000);
  settle(NEXT);
  elapse(60_000);
  expect(await recent.take('10.0.0.1', new AbortController().signal)).toContain(NEXT);
});

it('wakes a held call once for a settlement that the broker made itself and the feed reports later', async () => {
  const { recent, settle, elapse } = aBroker();
  recent.note({ jobId: ProvingJobId.parse(`line-6.0.0:${ID}`), state: 'proven' });
  expect(await recent.take('10.0.0.1', new AbortController().signal)).toEqual([ID]);
  elapse(2_000);
  const ended = new AbortController();
  let isHeld = true;
  const held = recent.take('10.0.0.1', ended.signal).finally(() => (isHeld = false));
  settle(ID);
  await new Promise(setImmediate);
  expect(isHeld).toBe(true);
  ended.abort();
  await held;
});

it('reports a job again that was settled in another way, or anew', async () => {
  const { recent, settle, elapse } = aBroker();
  settle(ID);
  await recent.take('10.0.0.1', AT_ONCE);
  elapse(20_000);
  settle(ID);
  expect(await recent.take('10.0.0.1', new AbortController().signal)).toEqual([ID]);
});

it('says nothing of the jobs of another rollup', async () => {
  const { recent, settle } = aBroker();
  settle(ID, 'line-5.2.0');
  expect(await recent.take('10.0.0.1', AT_ONCE)).toEqual([]);
});
