import { describe, expect, it } from 'vitest';

import { findTroubles, type LineView } from '../../../../containers/broker/node-watch/find-troubles.ts';
import { aLineView, anEpochToProve, DEADLINE_AT_MS, ENDED_AT_MS } from './a-line-view.ts';

function kinds(view: LineView): readonly string[] {
  return findTroubles(view).map(({ kind }) => kind);
}

const epoch = anEpochToProve();
const proven = anEpochToProve({ isRootProven: true });

describe('what is wrong with the node', () => {
  it.each<[string, LineView, readonly string[]]>([
    ['nothing waits', aLineView(), []],
    ['it proves (4.1.2)', aLineView(['processing'], { epoch }), []],
    ['it proves (6)', aLineView(['awaiting-root'], { epoch }), []],
    ['it is at it, in the words of a later version', aLineView(['dreaming'], { epoch }), []],
    ['it submits', aLineView(['publishing-proof'], { epoch }), ['proof-not-submitted']],
    [
      'its proof waits for another epoch',
      aLineView(['awaiting-predecessor'], { epoch: proven }),
      ['proof-not-submitted'],
    ],
    ['the root is proven and no session left', aLineView([], { epoch: proven }), ['proof-not-submitted']],
    ['the root is proven and another session goes on', aLineView(['failed', 'awaiting-root'], { epoch: proven }), []],
    ['its session failed', aLineView(['failed'], { epoch }), ['session-failed']],
    ['its session failed after the root', aLineView(['failed'], { epoch: proven }), ['session-failed']],
    ['jobs were rejected', aLineView([], { epoch: anEpochToProve({ rejectedJobs: 2 }) }), ['session-failed']],
    ['its session is gone', aLineView([], { epoch: anEpochToProve({ hasLostSession: true }) }), ['session-failed']],
    ['it stopped', aLineView(['stopped'], { epoch: anEpochToProve({ hasLostSession: true }) }), ['session-failed']],
    ['it submitted, and L1 is behind', aLineView(['completed'], { epoch }), []],
    ['it does nothing', aLineView([], { epoch }), ['node-idle']],
    ['it does nothing yet', aLineView([], { epoch, nowMs: ENDED_AT_MS + 299_000 }), []],
    ['it is too late', aLineView([], { epoch, nowMs: DEADLINE_AT_MS }), []],
    ['its session failed, without L1', aLineView(['failed'], { isL1Known: false }), ['session-failed']],
    ['its session failed for an epoch that L1 has proven', aLineView(['failed']), []],
  ])('when %s', (_when, view, expected) => {
    expect(kinds(view)).toEqual(expected);
  });

  it('does not judge its sessions when it lists none', () => {
    const node = { versions: {}, sessions: undefined, problem: 'no node responds' };
    expect(findTroubles(aLineView([], { node, epoch }))).toEqual([
      { kind: 'node-unreachable', message: 'no node responds', patienceMs: 600_000 },
    ]);
  });

  it('says until when to restart it, what it has, and which version it says', () => {
    const [failed] = findTroubles(aLineView(['failed'], { epoch }));
    expect(failed?.message).toMatch(/given up epoch 7: its session failed.* restart it before 2027-01-15T08:38Z/);
    const [idle] = findTroubles(aLineView([], { epoch, balanceEth: 0.01 }));
    expect(idle?.message).toContain('the node (6.0.0) does nothing for it');
    expect(idle?.message).toContain('Its account has 0.01 ETH.');
    const [unsent] = findTroubles(aLineView(['publishing-proof'], { epoch }));
    expect(unsent).toMatchObject({
      patienceMs: 600_000,
      message: expect.stringContaining('publishing-proof') as string,
    });
  });
});

describe('what is wrong with the line', () => {
  const saying = (versions: LineView['node']['versions']): LineView =>
    aLineView([], { node: { versions, sessions: [], problem: undefined } });

  it('is another version, or another rollup, of the node', () => {
    expect(kinds(saying({ packageVersion: '6.0.0', l1RollupAddress: `0x${'AA'.padStart(40, '0')}` }))).toEqual([]);
    const [version] = findTroubles(saying({ packageVersion: '5.2.0' }));
    expect(version).toMatchObject({ kind: 'version-mismatch', patienceMs: 0 });
    expect(version?.message).toContain('it is of Aztec 5.2.0, and its broker and agents of 6.0.0');
    const [rollup] = findTroubles(saying({ l1RollupAddress: '0xbb' }));
    expect(rollup?.message).toMatch(/follows the rollup 0xbb, and the broker 0x0+aa/);
  });

  it('is that agents run once the network has gone on, and nothing is left to prove', () => {
    expect(kinds(aLineView([], { isRetired: true }))).toEqual(['retired-line']);
    expect(kinds(aLineView([], { isRetired: true, agents: 0 }))).toEqual([]);
    expect(kinds(aLineView(['processing'], { isRetired: true, epoch }))).toEqual([]);
  });
});
