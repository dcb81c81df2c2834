import { describe, expect, it } from 'vitest';

import { type OpenRoot, submitRoot } from '../../functions/submit-root/submit-root.ts';
import { PublisherKeyUnusableError } from '../../shared/l1/errors.ts';
import type { RootSubmitterDeps } from '../../shared/l1/submission/root-submitter.ts';
import { InvocationTooShortError } from '../../shared/lambda/errors.ts';
import { createLogger } from '../../shared/telemetry/logger.ts';
import { rollupForEachTest } from '../shared/l1/rollup-for-each-test.ts';
import { POLICY, type RollupOnAnvil } from '../shared/l1/rollup-on-anvil.ts';
import type { Anvil } from '../shared/l1/start-anvil.ts';

const MINUTES_MS = 300_000;

describe('submitRoot', () => {
  let anvil: Anvil;
  let bench: RollupOnAnvil;

  rollupForEachTest((deployed) => ({ anvil, bench } = deployed));

  let invocations = 0;
  function invoke(
    getRemainingTimeInMillis: () => number = () => MINUTES_MS,
    overrides: Partial<RootSubmitterDeps> = {},
  ): Promise<readonly OpenRoot[]> {
    invocations += 1;
    const { outbox, epochs, incidents, decisions } = bench.engine;
    const deps = {
      ...{ outbox, epochs, incidents, decisions },
      l1: bench.client,
      account: bench.account,
      policy: { ...POLICY, checkIntervalSeconds: 0.01 },
      nowMs: () => bench.clock.nowMs,
      log: createLogger('submit-root', { logLevel: 'silent' }),
      ...overrides,
    };
    return submitRoot(deps, { awsRequestId: `invocation-${invocations}`, getRemainingTimeInMillis });
  }
  const isSent = async (): Promise<void> => {
    await expect.poll(async () => (await bench.root()).state).toBe('sent');
  };

  it('is done at once when the outbox is empty', async () => {
    expect(await invoke()).toEqual([]);
  });

  it('stays until the root is mined', async () => {
    await bench.storeRoot(0, 1, 2);
    const invoked = invoke();
    await isSent();
    await anvil.mine();
    expect(await invoked).toEqual([]);
    expect((await bench.root()).state).toBe('mined');
    expect(await bench.accepted()).toBe(1);
  });

  it('leaves the root to the copy that is working on it, and returns it as open', async () => {
    await bench.storeRoot(0, 1, 2);
    const first = invoke();
    await isSent();
    expect(await invoke()).toMatchObject([{ epoch: 0, state: 'sent' }]);
    await anvil.mine();
    await first;
    expect((await bench.root()).submissions).toHaveLength(1);
  });

  it('releases the root with its pending transaction when its time is nearly over, and the next invocation continues', async () => {
    await bench.storeRoot(0, 1, 2);
    let leftMs = MINUTES_MS;
    const first = invoke(() => leftMs);
    await isSent();
    leftMs = 10_000;
    expect(await first).toMatchObject([{ epoch: 0, state: 'sent' }]);
    expect((await bench.root()).submitterId).toBeUndefined();

    const second = invoke();
    await expect.poll(async () => (await bench.root()).submitterId).toBe(`submit-root-invocation-${invocations}`);
    await anvil.mine();
    expect(await second).toEqual([]);
    expect((await bench.root()).submissions).toHaveLength(1);
    expect(await bench.minedNonce()).toBe(1);
  });

  it('does not hang on a call that never answers, and the next invocation takes up the root', async () => {
    await bench.storeRoot(0, 1, 2);
    let leftMs = MINUTES_MS;
    let isAsked = false;
    const account: RootSubmitterDeps['account'] = {
      address: bench.account.address,
      signTransaction: async () => {
        isAsked = true;
        return await new Promise(() => undefined);
      },
    };
    const first = invoke(() => leftMs, { account });
    await expect.poll(() => isAsked).toBe(true);
    leftMs = 9_000;
    expect(await first).toMatchObject([{ epoch: 0, state: 'waiting' }]);

    const second = invoke();
    await isSent();
    await anvil.mine();
    await second;
    expect((await bench.root()).state).toBe('mined');
  });

  it('fails when the key still cannot sign at the end, so that the alarm on errors fires', async () => {
    await bench.storeRoot(0, 1, 2);
    const account: RootSubmitterDeps['account'] = {
      address: bench.account.address,
      signTransaction: async () =>
        Promise.reject(new PublisherKeyUnusableError('KMS key k', 'it is disabled: enable it')),
    };
    let leftMs = MINUTES_MS;
    const invoked = invoke(() => leftMs, { account });
    await expect.poll(async () => (await bench.root()).reason).toContain('it is disabled');
    leftMs = 0;
    await expect(invoked).rejects.toThrow(PublisherKeyUnusableError);
    expect((await bench.root()).submitterId).toBeUndefined();
  });

  it('refuses to start when too little time is left', async () => {
    await bench.storeRoot(0, 1, 2);
    await expect(invoke(() => 3_000)).rejects.toThrow(InvocationTooShortError);
    expect((await bench.root()).state).toBe('waiting');
  });
});
