import { expect, it } from 'vitest';

import { runTogether } from '../../../shared/retry/run-together.ts';

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

it('stops the other parts when one fails, and fails with its error once all have wound up', async () => {
  const events: string[] = [];
  const woundUp = Promise.withResolvers<undefined>();
  const slow = async (signal: AbortSignal): Promise<void> => {
    await stopped(signal);
    events.push('stopping');
    await woundUp.promise;
    events.push('wound up');
  };
  const failing = (): Promise<void> => Promise.reject(new Error('the ledger is away'));

  const running = runTogether([slow, failing], new AbortController().signal).catch((error: unknown) => {
    events.push(String(error));
  });
  await expect.poll(() => events).toEqual(['stopping']);
  woundUp.resolve(undefined);
  await running;

  expect(events).toEqual(['stopping', 'wound up', 'Error: the ledger is away']);
});

it('ends every part with the signal, and waits for a part although another fails as it ends', async () => {
  const stop = new AbortController();
  let isDone = false;
  const slow = async (signal: AbortSignal): Promise<void> => {
    await stopped(signal);
    await new Promise(setImmediate);
    isDone = true;
  };
  const failing = async (signal: AbortSignal): Promise<void> => {
    await stopped(signal);
    throw new Error('not released');
  };

  const running = runTogether([slow, failing], stop.signal);
  stop.abort();

  await expect(running).rejects.toThrow('not released');
  expect(isDone).toBe(true);
});
