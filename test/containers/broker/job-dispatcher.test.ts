import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { JobQueue } from '../../../shared/job-queue/job-queue.ts';
import { NO_ATTEMPTS } from '../../../shared/ledger/job-ledger.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { V6_TYPES } from '../../fixtures/v6-wire.ts';
import { LocalBroker, recordOf, watched } from './local-broker.ts';

describe('the dispatch of jobs to agents', () => {
  let harness: EmbeddedHarness;
  const brokers: LocalBroker[] = [];
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
  });
  afterEach(async () => {
    for (const broker of brokers.splice(0)) await broker.stop();
    await harness.close();
  });

  function start(engine = harness.engine, holdMs?: number): LocalBroker {
    const broker = new LocalBroker(harness, engine, { ...(holdMs !== undefined && { holdMs }) });
    brokers.push(broker);
    return broker;
  }

  it('keeps one claim open at the queue, however many agents wait', async () => {
    let atOnce = 0;
    let most = 0;
    let claims = 0;
    const claim: JobQueue['claim'] = async (...options) => {
      claims += 1;
      most = Math.max(most, ++atOnce);
      try {
        return await harness.engine.queue.claim(...options);
      } finally {
        atOnce -= 1;
      }
    };
    const queue = new Proxy(harness.engine.queue, {
      get: (target, name) => {
        const own: unknown = name === 'claim' ? claim : Reflect.get(target, name, target);
        return typeof own === 'function' ? (own.bind(target) as unknown) : own;
      },
    });
    const broker = start({ ...harness.engine, queue }, 1_000);
    const results = await Promise.all(Array.from({ length: 200 }, (_, index) => broker.agent(`10.0.0.${index}`).ask()));
    expect(results.every((result) => result === undefined)).toBe(true);
    expect(most).toBe(1);
    expect(claims).toBeLessThan(10);
  });

  it('claims nothing that no waiting agent takes, once it knows the numbers of the circuits', async () => {
    let releases = 0;
    const broker = start(watched(harness.engine, 'queue', 'release', () => (releases += 1)));
    for (let jobs = 0; jobs < 20; jobs++) await broker.enqueue('TX_MERGE_ROLLUP');
    const waiting = broker.agent('10.0.0.1').ask([V6_TYPES.INBOX_PARITY]);
    const wanted = await broker.enqueue('INBOX_PARITY');
    expect((await waiting)?.job.id).toBe(wanted);
    expect(releases).toBe(0);
    expect(await harness.elsewhere.queue.claim(['small'], { waitSeconds: 0 })).toMatchObject({ deliveries: 1 });
  });

  it('gives back at once what it claimed before it knew the number, and leaves the circuit from then on', async () => {
    const unwanted = await start().enqueue('TX_MERGE_ROLLUP');
    let releases = 0;
    const restarted = start(watched(harness.engine, 'queue', 'release', () => (releases += 1)));
    const waiting = restarted.agent('10.0.0.1').ask([V6_TYPES.INBOX_PARITY]);
    await expect.poll(() => releases, { interval: 5 }).toBe(1);
    const wanted = await restarted.enqueue('INBOX_PARITY');
    expect((await waiting)?.job.id).toBe(wanted);
    expect(releases).toBe(1);
    expect((await restarted.agent('10.0.0.2').ask())?.job.id).toBe(unwanted);
  });

  it('serves an agent that takes more than those that wait already', async () => {
    const broker = start();
    const picky = broker.agent('10.0.0.1').ask([V6_TYPES.INBOX_PARITY]);
    const other = await broker.enqueue('TX_MERGE_ROLLUP');
    expect((await broker.agent('10.0.0.2').ask())?.job.id).toBe(other);
    const wanted = await broker.enqueue('INBOX_PARITY');
    expect((await picky)?.job.id).toBe(wanted);
  });

  it('gives a job that failed to another agent that waits, and the next one to the agent that it failed on', async () => {
    const broker = start();
    const [first, second] = [broker.agent('10.0.0.1'), broker.agent('10.0.0.2')];
    const id = await broker.enqueue('TX_MERGE_ROLLUP');
    const lease = (await first.ask())!;
    const waiting = second.ask();
    await expect.poll(() => broker.broker.status.agentsWaiting, { interval: 5 }).toBe(1);
    const next = first.fail(lease);
    await expect.poll(async () => (await recordOf(harness.engine, id)).state, { interval: 5 }).toBe('queued');
    // Beyond the delay after a failure.
    await harness.elapse(2);
    expect((await waiting)?.job.id).toBe(id);
    const other = await broker.enqueue('TX_MERGE_ROLLUP');
    expect((await next)?.job.id).toBe(other);
  });

  it('gives a job that failed to the same agent again when no other takes its circuit', async () => {
    const broker = start();
    const [only, other] = [broker.agent('10.0.0.1'), broker.agent('10.0.0.2')];
    const waiting = other.ask([V6_TYPES.INBOX_PARITY]);
    const id = await broker.enqueue('TX_MERGE_ROLLUP');
    const lease = (await only.ask())!;
    const again = only.fail(lease);
    await expect.poll(async () => (await recordOf(harness.engine, id)).state, { interval: 5 }).toBe('queued');
    await harness.elapse(2);
    expect((await again)?.job.id).toBe(id);
    expect((await recordOf(harness.engine, id)).attempts).toEqual({ ...NO_ATTEMPTS, failure: 1 });
    await broker.enqueue('INBOX_PARITY');
    await waiting;
  });
});
