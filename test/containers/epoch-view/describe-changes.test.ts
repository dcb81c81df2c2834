import { describe, expect, it } from 'vitest';

import { describeChanges, summarise } from '../../../containers/epoch-view/describe-changes.ts';
import type { EpochView } from '../../../containers/epoch-view/fleet-snapshot.ts';
import { aSnapshot, anAgentView, anEpochView, START_MS } from './a-snapshot.ts';

const CHAIN = {
  epoch: 8,
  slotsOver: 1,
  epochSlots: 8,
  epochEndsAtMs: START_MS + 10_000,
  pendingCheckpoint: 24,
  provenCheckpoint: 19,
};

function changesOf(before: Partial<EpochView>, after: Partial<EpochView>): string[] {
  return describeChanges(
    aSnapshot({ epochs: [anEpochView(before)] }),
    aSnapshot({ epochs: [anEpochView({ ...before, ...after })] }),
  );
}

describe('describeChanges', () => {
  it('reports nothing when nothing has happened', () => {
    const snapshot = aSnapshot({ epochs: [anEpochView()], agents: [anAgentView()], chain: CHAIN });
    expect(describeChanges(snapshot, { ...snapshot, atMs: START_MS + 250 })).toEqual([]);
  });

  it('reports the size of an epoch when it starts, and whether it is a warm-up', () => {
    expect(describeChanges(aSnapshot(), aSnapshot({ epochs: [anEpochView({ holdsMix: false })] }))).toEqual([
      'epoch 7: started: checkpoints 20 to 22, 4 transactions, 21 jobs expected (warm-up)',
    ]);
  });

  it('follows the root proof to L1', () => {
    const rootAtMs = START_MS + 4200;
    const submission = { transactions: 1, transactionHash: '0xabc' };
    expect(changesOf({}, { state: 'submitting', rootAtMs })).toEqual(['epoch 7: root proof after 4.2 s, 0 of 21 jobs']);
    expect(changesOf({ rootAtMs }, { submission: { ...submission, state: 'sent' } })).toEqual(['epoch 7: sent: 0xabc']);
    expect(
      changesOf({ submission: { ...submission, state: 'sent' } }, { submission: { ...submission, state: 'mined' } }),
    ).toEqual(['epoch 7: mined: 0xabc']);
    expect(
      describeChanges(aSnapshot({ chain: CHAIN }), aSnapshot({ chain: { ...CHAIN, provenCheckpoint: 22 } })),
    ).toEqual(['L1: the rollup is now proven up to checkpoint 22']);
  });

  it('reports why an epoch failed, and that it was resumed', () => {
    expect(changesOf({}, { state: 'failed', reason: 'a job was rejected' })).toEqual([
      'epoch 7: failed: a job was rejected',
    ]);
    expect(changesOf({ state: 'failed' }, { state: 'proving', attempt: 2 })).toEqual(['epoch 7: resumed, attempt 2']);
  });

  it('reports rejected jobs, and the command that explains them', () => {
    const { progress } = anEpochView();
    expect(changesOf({}, { progress: { ...progress, rejected: 2 } })).toEqual([
      'epoch 7: 2 jobs rejected: see coppice tree 7',
    ]);
  });

  it('reports each agent once, and every new note of it', () => {
    const idle = aSnapshot({ agents: [anAgentView()] });
    const noting = aSnapshot({ agents: [anAgentView({ state: 'proving', note: 'too little memory' })] });
    expect(describeChanges(aSnapshot(), idle)).toEqual(['agent-1: idle']);
    expect(describeChanges(idle, noting)).toEqual(['agent-1: too little memory']);
  });
});

describe('summarise', () => {
  it('has a line for each epoch that is being proven, and for no other', () => {
    const snapshot = aSnapshot({ epochs: [anEpochView({ state: 'proven' }), anEpochView()] });
    expect(summarise(snapshot)).toEqual([
      expect.stringMatching(/^epoch 7: 0 of 21 jobs proven, 0 running, 0 waiting; root in 4 min 10 s/),
    ]);
  });
});
