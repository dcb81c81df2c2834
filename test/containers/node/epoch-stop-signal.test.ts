import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { epochStopSignal } from '../../../containers/node/epoch-stop-signal.ts';
import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import { RangeId } from '../../../shared/ledger/job-ledger.ts';
import { aNewEpoch } from '../../contract/epoch-ledger.contract.ts';
import { namesOfEpoch } from '../../fixtures/epoch-id.ts';

const DAY_MS = 86_400_000;

describe('the signal that stops an attempt', () => {
  let range: RangeId | undefined;
  beforeEach(() => {
    vi.useFakeTimers();
    range = undefined;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function begin(windowMs: number, l1SlotMs = 12_000, windowNowMs = Date.now): ReturnType<typeof epochStopSignal> {
    const startedAtMs = Date.now();
    const record: EpochRecord = {
      ...aNewEpoch(),
      ...namesOfEpoch(7),
      state: 'proving',
      attempt: 1,
      openedAtMs: startedAtMs,
      attemptAtMs: startedAtMs,
      deadlineAtMs: startedAtMs + windowMs,
    };
    const chain = { rangeOf: async () => range ?? record.rangeId };
    const log = pino({ level: 'silent' });
    return epochStopSignal(record, { chain, l1SlotMs, windowNowMs, log }, new AbortController().signal);
  }

  it.each([60_000, 60 * DAY_MS])('aborts when a window of %d ms closes, and no sooner', async (windowMs) => {
    const stopping = begin(windowMs, 2 * DAY_MS);
    await vi.advanceTimersByTimeAsync(windowMs - 1);
    expect(stopping.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(stopping.signal.reason).toMatchObject({ why: 'deadline' });
    stopping.dispose();
  });

  it('aborts at once when the window has closed before', () => {
    const stopping = begin(0);
    expect(stopping.signal.reason).toMatchObject({ why: 'deadline' });
    stopping.dispose();
  });

  it('goes by the time of proof windows, whose clock may be corrected meanwhile', async () => {
    const startedAtMs = Date.now();
    let nowMs = 0;
    const stopping = begin(60_000, 2 * DAY_MS, () => nowMs);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(stopping.signal.aborted).toBe(false);
    nowMs = startedAtMs + 60_000;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(stopping.signal.reason).toMatchObject({ why: 'deadline' });
    stopping.dispose();
  });

  it('aborts when the chain shows other checkpoints', async () => {
    const stopping = begin(60_000);
    range = RangeId.parse('0xother');
    await vi.advanceTimersByTimeAsync(6_000);
    expect(stopping.signal.reason).toMatchObject({ why: 'reorg' });
    stopping.dispose();
  });
});
