import { describe, expect, it } from 'vitest';

import { isOverdue, judgeLines } from '../../../functions/scale-fleet/lines/judge-lines.ts';
import type { LineStanding } from '../../../shared/agent-fleet/line-standing.ts';
import { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import { STREAMED_RANGE } from '../../../shared/ledger/streamed-epoch.ts';
import { makeRollupId, type RollupId } from '../../../shared/proving-job/epoch-id.ts';
import { namesOfEpoch } from '../../fixtures/epoch-id.ts';

const NOW_MS = 1_800_000_000_000;
const HOUR_MS = 3_600_000;
const LINES = [
  { name: 'v5', version: '5.2.0' },
  { name: 'v6', version: '6.0.0' },
];
const OLD = makeRollupId(1, `0x${'05'.repeat(20)}`);
const NEW = makeRollupId(1, `0x${'06'.repeat(20)}`);

function anEpoch(networkVersion: string, rollup: RollupId, state: EpochRecord['state'] = 'proven'): EpochRecord {
  return EpochRecord.parse({
    ...namesOfEpoch(7, rollup),
    rangeId: STREAMED_RANGE,
    networkVersion,
    state,
    attempt: 1,
    openedAtMs: NOW_MS - HOUR_MS,
    attemptAtMs: NOW_MS - HOUR_MS,
    deadlineAtMs: NOW_MS + HOUR_MS,
  });
}

function judge(
  epochs: readonly EpochRecord[],
  canonical: RollupId | undefined,
  before: readonly LineStanding[] = [],
  afterMs = 0,
): readonly LineStanding[] {
  return judgeLines({ lines: LINES, epochs, canonical, before, nowMs: NOW_MS + afterMs });
}

const statesOf = (standings: readonly LineStanding[]): Record<string, string> =>
  Object.fromEntries(standings.map(({ name, state }) => [name, state]));

describe('where version lines stand', () => {
  const beforeUpgrade = judge([anEpoch('5.2.0', OLD)], OLD);

  it('before the upgrade, one proves and the other is ready', () => {
    expect(statesOf(beforeUpgrade)).toEqual({ v5: 'proving', v6: 'ready' });
  });

  it('nothing is known to be superseded while the canonical rollup is unknown', () => {
    expect(statesOf(judge([anEpoch('5.2.0', OLD)], undefined, beforeUpgrade))).toEqual({ v5: 'proving', v6: 'ready' });
  });

  it('a line that is started before its rollup is canonical does not drain', () => {
    const early = judge([anEpoch('6.0.0', NEW, 'proving'), anEpoch('5.2.0', OLD)], undefined);
    expect(statesOf(early)).toEqual({ v5: 'proving', v6: 'proving' });
    expect(statesOf(judge([anEpoch('6.0.0', NEW, 'proving')], OLD))).toEqual({ v5: 'ready', v6: 'proving' });
  });

  it('the upgrade drains the old line, also before the new one has an epoch', () => {
    const upgraded = judge([anEpoch('5.2.0', OLD, 'proving')], NEW, beforeUpgrade);
    expect(upgraded[0]).toMatchObject({ state: 'draining', supersededAtMs: NOW_MS, openEpochs: 1 });
    expect(statesOf(upgraded)['v6']).toBe('ready');
  });

  it('a line that another one has superseded drains, even if nobody saw its rollup as the canonical one', () => {
    expect(statesOf(judge([anEpoch('6.0.0', NEW, 'proving'), anEpoch('5.2.0', OLD)], NEW))).toEqual({
      v5: 'draining',
      v6: 'proving',
    });
  });

  it('an old line ends two hours later, and not while an epoch of it is open', () => {
    const upgraded = judge([anEpoch('5.2.0', OLD)], NEW, beforeUpgrade);
    expect(statesOf(judge([anEpoch('5.2.0', OLD)], NEW, upgraded, 1.9 * HOUR_MS))['v5']).toBe('draining');
    expect(statesOf(judge([anEpoch('5.2.0', OLD)], NEW, upgraded, 2 * HOUR_MS))['v5']).toBe('ended');
    expect(statesOf(judge([anEpoch('5.2.0', OLD, 'submitting')], NEW, upgraded, 2 * HOUR_MS))['v5']).toBe('draining');
  });

  it('an old line with an epoch that nobody ends is overdue after four hours', () => {
    const open = anEpoch('5.2.0', OLD, 'submitting');
    const upgraded = judge([open], NEW, beforeUpgrade);
    const overdueAfter = (hours: number): readonly boolean[] =>
      judge([open], NEW, upgraded, hours * HOUR_MS).map((line) => isOverdue(line, NOW_MS + hours * HOUR_MS));
    expect(overdueAfter(3.9)).toEqual([false, false]);
    expect(overdueAfter(4)).toEqual([true, false]);
  });

  it('a line that has ended stays so when its epochs are no longer among the newest', () => {
    const ended = judge([anEpoch('5.2.0', OLD)], NEW, judge([anEpoch('5.2.0', OLD)], NEW, beforeUpgrade), 2 * HOUR_MS);
    expect(judge([anEpoch('6.0.0', NEW, 'proving')], NEW, ended, 24 * HOUR_MS)[0]).toMatchObject({
      state: 'ended',
      rollup: OLD,
    });
  });

  it('an upgrade that is taken back has the old line prove again', () => {
    const ended = judge([anEpoch('5.2.0', OLD)], NEW, judge([anEpoch('5.2.0', OLD)], NEW, beforeUpgrade), 2 * HOUR_MS);
    const [old] = judge([anEpoch('5.2.0', OLD)], OLD, ended, 3 * HOUR_MS);
    expect(old).toMatchObject({ state: 'proving' });
    expect(old?.supersededAtMs).toBeUndefined();
  });

  it('jobs of an earlier patch belong to the line of their major version', () => {
    expect(judge([anEpoch('5.1.0', OLD, 'proving')], OLD)[0]).toMatchObject({ state: 'proving', openEpochs: 1 });
  });
});
