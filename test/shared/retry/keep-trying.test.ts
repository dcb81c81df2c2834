import { expect, it } from 'vitest';

import { keepTrying } from '../../../shared/retry/keep-trying.ts';

it('begins no further try once its signal has aborted during a pause', async () => {
  const controller = new AbortController();
  let tries = 0;
  const failing = keepTrying(
    () => {
      tries += 1;
      return Promise.reject(new Error('out of reach'));
    },
    { signal: controller.signal, onError: () => void setImmediate(() => controller.abort()) },
  );
  await expect(failing).rejects.toThrow('out of reach');
  expect(tries).toBe(1);
});
