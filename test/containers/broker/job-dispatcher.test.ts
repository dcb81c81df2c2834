import { expect, it } from 'vitest';

import { ProverBroker } from '../../../containers/broker/prover-broker.ts';
import type { CallContext } from '../../../containers/broker/transport/json-rpc.ts';
import { makeLineId } from '../../../shared/proving-job/epoch-id.ts';
import { createLogger } from '../../../shared/telemetry/logger.ts';
import { openEmbeddedHarness } from '../../contract/embedded-harness.ts';

it('keeps one claim open at the queue, however many agents wait', async () => {
  const harness = await openEmbeddedHarness();
  let atOnce = 0;
  let most = 0;
  let claims = 0;
  const queue = new Proxy(harness.engine.queue, {
    get: (target, name) => {
      if (name !== 'claim') {
        const own: unknown = Reflect.get(target, name, target);
        return typeof own === 'function' ? (own.bind(target) as unknown) : own;
      }
      return async (...options: Parameters<typeof target.claim>) => {
        claims += 1;
        most = Math.max(most, ++atOnce);
        try {
          return await target.claim(...options);
        } finally {
          atOnce -= 1;
        }
      };
    },
  });
  const broker = new ProverBroker(
    { holdMs: 1_000, glanceMs: 10, claimSeconds: 20 },
    {
      engine: { ...harness.engine, queue },
      line: { networkVersion: '6.0.0', rollup: makeLineId('6.0.0') },
      leaseSeconds: harness.leaseSeconds,
      log: createLogger('broker', { logLevel: 'silent' }),
      nowMs: () => harness.nowMs(),
      steadyMs: () => performance.now(),
      deadlineAtMs: async () => undefined,
    },
  );
  const getJob = broker.methods.get('proverBroker_getProvingJob')!;
  const call = (index: number): CallContext => ({
    client: `10.0.0.${index}`,
    isAlone: true,
    signal: new AbortController().signal,
    onUndelivered: () => undefined,
  });
  const results = await Promise.all(
    Array.from({ length: 200 }, (_, index) => getJob([{ allowList: [] }], call(index))),
  );
  expect(results.every((result) => result === undefined)).toBe(true);
  expect(most).toBe(1);
  expect(claims).toBeLessThan(10);
  await harness.close();
});
