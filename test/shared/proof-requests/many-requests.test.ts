import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { MAX_SOCKETS } from '../../../shared/engine/aws/aws-connection.ts';
import { RangeId } from '../../../shared/ledger/job-ledger.ts';
import { MOST_STEPS_AT_ONCE, ProofRequests, requestTurns } from '../../../shared/proof-requests/proof-requests.ts';
import type { Turns } from '../../../shared/retry/turns.ts';
import { BusyEngine } from './busy-engine.ts';
import { epochId } from '../../fixtures/epoch-id.ts';

const JOBS = 5_000;
const NEVER_MS = 3_600_000;
const RECONCILE_MS = 1_000;
/** The longest that the first pause may be. */
const FIRST_PAUSE_MS = 100;
const SOME_SOCKETS_LEFT = 10;

describe('thousands of requests', () => {
  let engine: BusyEngine;
  let requests: ProofRequests;

  beforeEach(() => {
    engine = new BusyEngine();
  });

  afterEach(() => {
    requests.stop(new Error('the test is over'));
    vi.useRealTimers();
  });

  function open(turns?: Turns, reconcileMs = NEVER_MS, epoch = 7): ProofRequests {
    const opened = new ProofRequests({
      engine: engine.deps,
      epochId: epochId(epoch),
      rangeId: RangeId.parse('0x01'),
      networkVersion: '4.1.2',
      reconcileMs,
      ...(turns && { turns }),
      log: pino({ level: 'silent' }),
    });
    opened.start();
    return opened;
  }

  function ask(count: number, on = requests): Promise<string>[] {
    return Array.from({ length: count }, async (_, number) => {
      const { proof } = await on.prove({
        circuit: 'PARITY_BASE',
        inputs: () => Buffer.from(`inputs ${number}`),
        children: [],
        parse: (bytes) => Buffer.from(bytes).toString(),
      });
      return proof;
    });
  }

  async function untilEnqueued(count: number): Promise<void> {
    await expect.poll(() => engine.enqueued.length).toBe(count);
  }

  function abandon(asked: readonly Promise<string>[]): void {
    for (const proof of asked) proof.catch(() => undefined);
  }

  it('have few calls under way at once, none of which fails, and send each job once', async () => {
    requests = open();
    abandon(ask(JOBS));
    await untilEnqueued(JOBS);
    expect(new Set(engine.enqueued).size).toBe(JOBS);
    expect(engine.mostAtOnce).toBeLessThanOrEqual(MOST_STEPS_AT_ONCE);
    expect(engine.failedCalls).toBe(0);
    expect(engine.calls.get('put')).toBe(JOBS);
    expect(engine.calls.get('record')).toBe(JOBS);
  });

  it('take the proofs that are there after a restart within the same bound', async () => {
    requests = open();
    abandon(ask(JOBS));
    await untilEnqueued(JOBS);
    requests.stop(new Error('the node was killed'));
    // The last messages may have been sent, and not marked as sent yet.
    await expect.poll(() => engine.callsUnderWay).toBe(0);
    engine.proveAll(Buffer.from('proof'));
    engine.mostAtOnce = 0;
    requests = open();
    expect(new Set(await Promise.all(ask(JOBS)))).toEqual(new Set(['proof']));
    expect(engine.mostAtOnce).toBeLessThanOrEqual(MOST_STEPS_AT_ONCE);
    expect(engine.failedCalls).toBe(0);
    expect(engine.enqueued).toHaveLength(JOBS);
    // The record says already that they are proven.
    expect(engine.calls.get('find')).toBeUndefined();
  });

  it('keep to the bound of their process, however many epochs they are of', async () => {
    const turns = requestTurns(3);
    requests = open(turns);
    const others = open(turns, NEVER_MS, 8);
    abandon([...ask(100), ...ask(100, others)]);
    await untilEnqueued(200);
    others.stop(new Error('the test is over'));
    expect(engine.mostAtOnce).toBeLessThanOrEqual(3);
  });

  it('leave sockets to the rest of the process, whatever bound is set', async () => {
    expect(MOST_STEPS_AT_ONCE).toBeLessThanOrEqual(MAX_SOCKETS - SOME_SOCKETS_LEFT);
    requests = open(requestTurns(1_000));
    abandon(ask(200));
    await untilEnqueued(200);
    expect(engine.mostAtOnce).toBeLessThanOrEqual(MOST_STEPS_AT_ONCE);
  });

  it('do not wait for one that pauses before it is tried again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    engine.failingPuts = 1;
    requests = open(requestTurns(1));
    abandon(ask(100));
    while (engine.enqueued.length < 99) await new Promise(setImmediate);
    vi.advanceTimersByTime(FIRST_PAUSE_MS);
    while (engine.enqueued.length < 100) await new Promise(setImmediate);
  });

  it('end at once when they are stopped; those whose turn has not come do nothing more', async () => {
    requests = open();
    const asked = ask(JOBS);
    requests.stop(new Error('the node ends'));
    const ends = await Promise.allSettled(asked);
    expect(ends.every(({ status }) => status === 'rejected')).toBe(true);
    for (let turn = 0; turn < 200; turn += 1) await new Promise(setImmediate);
    expect(engine.calls.get('put')).toBeLessThanOrEqual(MOST_STEPS_AT_ONCE);
    expect(engine.calls.get('record')).toBeLessThanOrEqual(MOST_STEPS_AT_ONCE);
  });

  it('are not compared with the ledger before their jobs are recorded', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const recording = Promise.withResolvers<undefined>();
    engine.recordingWaitsFor = recording.promise;
    requests = open(undefined, RECONCILE_MS);
    abandon(ask(100));
    await passIntervals(5);
    expect(engine.calls.get('openJobs')).toBeUndefined();
    expect(engine.calls.get('find')).toBeUndefined();
    recording.resolve(undefined);
    await untilEnqueued(100);
  });

  it('are not read because an index does not list yet what was just recorded', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    requests = open(undefined, RECONCILE_MS);
    abandon(ask(100));
    await untilEnqueued(100);
    await passIntervals(1);
    expect(engine.calls.get('find')).toBeUndefined();
    // An interval later each is read, once.
    await passIntervals(1);
    await expect.poll(() => engine.calls.get('find')).toBe(100);
    await passIntervals(1);
    expect(engine.calls.get('find')).toBe(100);
    expect(engine.mostAtOnce).toBeLessThanOrEqual(MOST_STEPS_AT_ONCE);
  });

  async function passIntervals(count: number): Promise<void> {
    for (let interval = 0; interval < count; interval += 1) {
      vi.advanceTimersByTime(RECONCILE_MS);
      for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    }
  }
});
