import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { renderJobs, renderLevels, type EpochTree } from '../../../../containers/cli/inspect/render-tree.ts';
import { textOf } from '../../../../containers/terminal/line.ts';
import { RangeId } from '../../../../shared/ledger/job-ledger.ts';
import type { ProvingJobId } from '../../../../shared/proving-job/proving-job-id.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../../contract/embedded-harness.ts';
import { SEEDED_EPOCH, seedFleet } from '../../../fixtures/seed-fleet.ts';

describe('coppice tree', () => {
  let harness: EmbeddedHarness;
  let tree: EpochTree;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
    const jobs = await seedFleet(harness);
    tree = { epoch: (await harness.engine.epochs.find(SEEDED_EPOCH))!, jobs, atMs: harness.nowMs() };
  });
  afterEach(() => harness.close());

  it('shows each level from the root down, with times, and the attempts that were lost', () => {
    expect(renderLevels(tree).map(textOf).join('\n')).toMatchInlineSnapshot(`
      "Epoch 7: proving, checkpoints 12 to 12, attempt 1, Aztec 4.1.2

                                             done  of  running  waiting  rejected  proving time
      root                                   0     1   -        -        -
        ROOT_ROLLUP                          0     1   -        -        -
      checkpoint roots                       0     2   1        1        -
        CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP  0     1   1        -        -
        CHECKPOINT_PADDING_ROLLUP            0     1   -        1        -
      block roots                            1     1   -        -        -
        BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP     1     1   -        -        -         1.5 s
      parity roots                           1     1   -        -        -
        PARITY_ROOT                          1     1   -        -        -         1.5 s
      leaves                                 1     1   -        -        -
        PARITY_BASE                          1     1   -        -        -         1.5 s
      total                                  3     6   1        1        -

      Lost attempts
        7:CHECKPOINT_PADDING_ROLLUP:9e3f25c3dc4794bbb1c5a0e2fd254967548c659c036fdbe358a63ce1dc713bd2  queued  1 x out-of-memory (agent-2)  bb was killed: out of memory"
    `);
  });

  it('shows an epoch that streams by the jobs it has, and no total that nobody knows', () => {
    const { shape: _shape, ...epoch } = tree.epoch;
    const lines = renderLevels({ ...tree, epoch }).map(textOf);
    expect(lines[0]).toBe('Epoch 7: proving, streamed, attempt 1, Aztec 4.1.2');
    expect(lines.map((line) => line.split(/ {2,}/).slice(0, 3).join(' '))).toEqual(
      expect.arrayContaining(['checkpoint roots 0 2', 'leaves 1 1', 'total so far 3 5']),
    );
    expect(lines.join()).not.toContain('ROOT_ROLLUP  0');
  });

  it('shows every job below the one that takes its proof, with --full', () => {
    const text = renderJobs(tree).map(textOf).join('\n');
    expect(text.replace(/[0-9a-f]{64}/g, '<sha256>')).toMatchInlineSnapshot(`
      "Epoch 7: proving, checkpoints 12 to 12, attempt 1, Aztec 4.1.2

      CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP  leased  by agent-1                                        7:CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP:<sha256>
        BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP   proven  by agent-1  in 1.5 s  at 2023-11-16 02:00:06 UTC  7:BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP:<sha256>
          PARITY_ROOT                      proven  by agent-1  in 1.5 s  at 2023-11-16 02:00:04 UTC  7:PARITY_ROOT:<sha256>
            PARITY_BASE                    proven  by agent-1  in 1.5 s  at 2023-11-16 02:00:02 UTC  7:PARITY_BASE:<sha256>
      CHECKPOINT_PADDING_ROLLUP            queued                                                    7:CHECKPOINT_PADDING_ROLLUP:<sha256>            1 x out-of-memory (agent-2)"
    `);
  });

  it('fits a terminal, and says what it leaves out', () => {
    for (const render of [renderLevels, renderJobs]) {
      for (const line of render(tree, { columns: 80, limit: 1 })) expect(textOf(line).length).toBeLessThanOrEqual(80);
    }
    expect(renderJobs(tree, { columns: 80, limit: 2 }).map(textOf).slice(2)).toEqual([
      expect.stringMatching(/^CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP +leased +by agent-1 +7:f7699079$/),
      expect.stringMatching(/^ {2}BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP +proven +by agent-1 +in 1\.5 s +7:188dfabd$/),
      'and 3 more: --limit 5 shows all',
    ]);
  });

  it('shows a job that several others need once with everything below it, and refers to it after that', () => {
    const [, , blockRoot] = tree.jobs;
    const second = { ...blockRoot!, id: blockRoot!.id.replace(/.$/, 'z') as ProvingJobId };
    const lines = renderJobs({ ...tree, jobs: [...tree.jobs, second] }).map(textOf);
    expect(lines.filter((line) => line.includes('PARITY_'))).toEqual([
      expect.stringMatching(/PARITY_ROOT +proven +by agent-1/),
      expect.stringMatching(/PARITY_BASE +proven +by agent-1/),
      expect.stringMatching(/PARITY_ROOT +see above/),
    ]);
  });

  it('leaves out the jobs of checkpoints that a reorg removed, and reports their number', () => {
    const [first, ...others] = tree.jobs;
    const reorged = { ...first!, rangeId: RangeId.parse('0xb2') };
    const text = renderLevels({ ...tree, jobs: [reorged, ...others] })
      .map(textOf)
      .join('\n');
    expect(text).toContain('left out: 1 job whose checkpoints were removed by a reorg');
    expect(text).toMatch(/leaves +0 +1/);
  });
});
