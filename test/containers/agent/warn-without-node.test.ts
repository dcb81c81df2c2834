import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { runNodeWarning } from '../../../containers/agent/warn-without-node.ts';
import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';

const TEN_MINUTES_MS = 600_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('warns every ten minutes until an epoch is in the ledger', async () => {
  const warnings: unknown[] = [];
  let epochs: readonly EpochRecord[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => warnings.push(JSON.parse(line)) });
  const ledger = { latest: () => Promise.resolve(epochs) };
  const running = runNodeWarning({ epochs: ledger, dataDirectory: '/data', log }, new AbortController().signal);

  await vi.advanceTimersByTimeAsync(TEN_MINUTES_MS - 1);
  expect(warnings).toEqual([]);
  await vi.advanceTimersByTimeAsync(TEN_MINUTES_MS + 1);
  expect(warnings).toHaveLength(2);
  expect(warnings[0]).toMatchObject({ dataDirectory: '/data', msg: expect.stringContaining('--engine aws') as string });
  epochs = [{} as EpochRecord];
  await vi.advanceTimersByTimeAsync(TEN_MINUTES_MS);
  await running;
  expect(warnings).toHaveLength(2);
});

it('ends with the agent', async () => {
  const stop = new AbortController();
  const ledger = { latest: () => expect.fail() };
  const running = runNodeWarning(
    { epochs: ledger, dataDirectory: '/data', log: pino({ level: 'silent' }) },
    stop.signal,
  );
  stop.abort();
  await running;
});
