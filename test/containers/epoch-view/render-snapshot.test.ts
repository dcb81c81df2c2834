import { describe, expect, it } from 'vitest';

import type { FleetSnapshot } from '../../../containers/epoch-view/fleet-snapshot.ts';
import { textOf } from '../../../containers/terminal/line.ts';
import { renderSnapshot } from '../../../containers/epoch-view/render-snapshot.ts';
import { aSnapshot, anAgentView, anEpochView, PREDICTION, START_MS } from './a-snapshot.ts';
import { namesOfEpoch } from '../../fixtures/epoch-id.ts';

const WIDE = { columns: 110, rows: 40 };

function textsOf(snapshot: FleetSnapshot, frame = WIDE): string[] {
  return renderSnapshot(snapshot, frame).map(textOf);
}

describe('renderSnapshot', () => {
  it('shows each level of the tree, root first, with what is done, running, waiting and expected', () => {
    const epoch = anEpochView();
    const leaves = epoch.progress.levels[0]!;
    const levels = [{ ...leaves, done: 3, running: 2, waiting: 1 }, ...epoch.progress.levels.slice(1)];

    const texts = textsOf(aSnapshot({ epochs: [{ ...epoch, progress: { ...epoch.progress, levels } }] }));

    const rows = texts.filter((text) => text.startsWith('  '));
    expect(rows.map((text) => text.slice(0, 20).trim()).filter(Boolean)).toEqual([
      'root',
      'checkpoint merges',
      'checkpoint roots',
      'block roots',
      'tx merges',
      'public bases',
      'parity roots',
      'leaves',
      'total',
    ]);
    expect(rows.find((text) => text.includes('leaves'))).toMatch(/ █+▓+░+·+ {2,}3 {2,}2 {2,}1 {2,}8$/);
  });

  it('shows the oldest epoch that is being proven, and one line for each other open one', () => {
    const texts = textsOf(
      aSnapshot({
        epochs: [
          anEpochView({ ...namesOfEpoch(3), state: 'proven' }),
          anEpochView({ ...namesOfEpoch(4), state: 'submitting' }),
          anEpochView({ ...namesOfEpoch(5) }),
          anEpochView({ ...namesOfEpoch(6) }),
        ],
      }),
    );

    expect(texts.filter((text) => text.startsWith('Epoch'))).toEqual([
      expect.stringMatching(/^Epoch 5 +checkpoints 20 to 22/),
      expect.stringMatching(/^Epoch 4 +no root proof yet/),
      expect.stringMatching(/^Epoch 6 +0 of 21 jobs proven, root in 4 min 10 s/),
    ]);
  });

  it('shows when the root will be proven, with what chance, and what it waits for', () => {
    const texts = textsOf(aSnapshot({ epochs: [anEpochView()] }), { columns: 240, rows: 40 });
    expect(texts.find((text) => text.startsWith('Root'))).toMatch(
      / in 4 min 10 s \(3 min 40 s to 5 min 2 s\), in time: 98 %$/,
    );
    expect(texts.find((text) => text.startsWith('Waits for'))).toMatch(
      / CHECKPOINT_ROOT_ROLLUP \(running for 12 s\) > ROOT_ROLLUP$/,
    );
  });

  it('says which pool has no agents, instead of a time', () => {
    const never = { early: Infinity, likely: Infinity, late: Infinity };
    const prediction = { ...PREDICTION, rootInSeconds: never, chanceInTime: 0, lacking: ['large' as const] };
    const texts = textsOf(aSnapshot({ epochs: [anEpochView({ prediction })] }));
    expect(texts.find((text) => text.startsWith('Root'))).toMatch(/ never: no agent of pool large$/);
  });

  it('shows what each agent is proving, and for how long', () => {
    const texts = textsOf(
      aSnapshot({
        agents: [
          anAgentView({
            state: 'proving',
            circuit: 'PUBLIC_VM',
            jobSinceMs: START_MS - 1500,
            jobsProven: 4,
          }),
          anAgentView({ note: 'no job for it' }),
        ],
      }),
    );
    expect(texts.slice(-2)).toEqual([
      expect.stringMatching(/^agent-1 +PUBLIC_VM +1\.5 s {2}4 proven$/),
      expect.stringMatching(/^agent-1 +idle +0 proven {2}no job for it$/),
    ]);
  });

  it('shows the hash of the transaction that was sent', () => {
    const submission = { state: 'sent', transactions: 2, transactionHash: '0xabc' } as const;
    const texts = textsOf(aSnapshot({ epochs: [anEpochView({ state: 'submitting', submission })] }));
    expect(texts.find((text) => text.startsWith('Submission'))).toMatch(/sent \(transaction 2\): 0xabc$/);
  });

  it.each([
    { columns: 40, rows: 12 },
    { columns: 80, rows: 24 },
    { columns: 10, rows: 3 },
  ])('keeps within $columns columns and $rows rows', (frame) => {
    const texts = textsOf(aSnapshot({ epochs: [anEpochView()], agents: [anAgentView()] }), frame);
    expect(texts.length).toBeLessThanOrEqual(frame.rows);
    for (const text of texts) expect(text.length).toBeLessThanOrEqual(frame.columns);
  });
});
