import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { renderLetters } from '../../../../containers/cli/repair/redrive-command.ts';
import { findJob } from '../../../../containers/fleet-view/find-job.ts';
import { renderJobList, type JobList } from '../../../../containers/cli/inspect/render-job-list.ts';
import { textOf } from '../../../../containers/terminal/line.ts';
import { AgentId, RangeId } from '../../../../shared/ledger/job-ledger.ts';
import type { ProvingJobId } from '../../../../shared/proving-job/proving-job-id.ts';
import { aJobMessage } from '../../../contract/a-new-job.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../../contract/embedded-harness.ts';
import { SEEDED_EPOCH, seedFleet } from '../../../fixtures/seed-fleet.ts';

const render = (lines: readonly Parameters<typeof textOf>[0][]): string => lines.map(textOf).join('\n');

describe('coppice jobs', () => {
  let harness: EmbeddedHarness;
  let list: JobList;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
    await seedFleet(harness);
    const { jobs: ledger, epochs } = harness.engine;
    const [parity] = await ledger.jobsOfEpoch(SEEDED_EPOCH);
    const padding = (await ledger.jobsOfEpoch(SEEDED_EPOCH)).find(({ state }) => state === 'queued');
    await ledger.reject(padding!.id, 'its message is a dead letter');
    await ledger.reopen(parity!, 'the store has lost its proof');
    await harness.elapse(5);
    const jobs = await ledger.jobsOfEpoch(SEEDED_EPOCH);
    list = { epoch: (await epochs.find(SEEDED_EPOCH))!, jobs, allJobs: jobs, limit: Infinity, atMs: harness.nowMs() };
  });
  afterEach(() => harness.close());

  it('shows one job per line: its state and for how long, its agent, lost attempts and reason', () => {
    expect(render(renderJobList(list))).toMatchInlineSnapshot(`
      "Epoch 7: proving, 5 jobs, 1 queued, 1 leased, 2 proven, 1 rejected

      queued    PARITY_BASE                          for 44 s                                                     7:PARITY_BASE:256ef7bda15c19f235a4f2a488f5029d9164c2b7dff247fe03b7fd1119ddbc32                          the store has lost its proof
      proven    PARITY_ROOT                          40 s ago, in 1.5 s  by agent-1                               7:PARITY_ROOT:20462bde129c05ae552342897d040f4c0d759650ad6b6b87f9c3ac3697ceaf8b
      proven    BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP     38 s ago, in 1.5 s  by agent-1                               7:BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP:188dfabd73d23a01dd23727cd57366ce063fa03382c580ecc5d30a0572d86b02
      rejected  CHECKPOINT_PADDING_ROLLUP            5.0 s ago                       1 x out-of-memory (agent-2)  7:CHECKPOINT_PADDING_ROLLUP:9e3f25c3dc4794bbb1c5a0e2fd254967548c659c036fdbe358a63ce1dc713bd2            its message is a dead letter
      leased    CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP  for 38 s            by agent-1                               7:CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP:f7699079381895759e25c27872b459cc5e4d9cd4180767978f9e1f01fd836090"
    `);
  });

  it('names both agents of a job that has a second copy', async () => {
    const { jobs: ledger } = harness.engine;
    const slow = list.jobs.find(({ state }) => state === 'leased');
    await ledger.askForCopy(slow!.lease!);
    await ledger.claim(slow!.id, AgentId.parse('agent-2'), 30);
    const jobs = [(await ledger.find(slow!.id))!];
    expect(render(renderJobList({ ...list, jobs }))).toContain('by agent-2 and agent-1');
  });

  it('shows how many of all jobs are listed', () => {
    const jobs = list.jobs.filter(({ state }) => state === 'rejected');
    expect(render(renderJobList({ ...list, jobs }))).toMatch(/^Epoch 7: proving, 1 of 5 jobs, 1 rejected\n\nrejected/);
    expect(render(renderJobList({ ...list, jobs: [] }))).toBe('Epoch 7: proving, 0 of 5 jobs');
  });

  it('fits a terminal, with ids that coppice retry takes', async () => {
    const lines = renderJobList(list, 80).map(textOf);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    const rejected = list.jobs.find(({ state }) => state === 'rejected')!;
    expect(lines.find((line) => line.startsWith('rejected'))).toMatch(
      /^rejected +CHECKPOINT_PADDING_RO… +7:9e3f25c3 +its message is a dead…$/,
    );
    expect(await findJob(harness.engine, '7:9e3f25c3')).toEqual(rejected);
  });

  it('shows more digits where ids begin alike', () => {
    const [one] = list.jobs;
    const hash = one!.id.slice(-64);
    const twin = { ...one!, id: one!.id.replace(hash, `${hash.slice(0, 10)}${'0'.repeat(54)}`) as ProvingJobId };
    const allJobs = [...list.jobs, twin];
    expect(render(renderJobList({ ...list, allJobs, jobs: [one!] }, 80))).toContain(`7:${hash.slice(0, 11)} `);
  });

  it('shows the first jobs, and how many are left', () => {
    const lines = renderJobList({ ...list, limit: 2 }, 80).map(textOf);
    expect(lines).toHaveLength(5);
    expect(lines[0]).toContain('5 jobs, 1 queued');
    expect(lines.at(-1)).toBe('and 3 more: --limit 5 shows all');
  });

  it('marks jobs that no epoch needs any more', () => {
    const epoch = { ...list.epoch, rangeId: RangeId.parse('0xb2') };
    expect(render(renderJobList({ ...list, epoch }))).toContain('its checkpoints were removed by a reorg');
  });
});

describe('coppice redrive --dry-run', () => {
  it('lists dead letters, whatever their contents', () => {
    const message = aJobMessage('ROOT_ROLLUP');
    const letters = [
      { body: 'half a message', reason: 'the message is not JSON', parkedAtMs: 1_000 },
      { body: JSON.stringify(message), reason: 'no prover', parkedAtMs: 61_000 },
      { body: 'x'.repeat(500), reason: 'the message is not JSON', parkedAtMs: 61_000 },
    ];
    const lines = render(renderLetters(letters, { atMs: 62_000, columns: Infinity, limit: 3 })).split('\n');
    expect(lines[0]).toBe('3 dead letters: 2 unreadable, 1 ROOT_ROLLUP');
    expect(lines[2]).toBe('1 min 1 s ago  the message is not JSON  half a message');
    expect(lines[3]).toContain(`no prover                ${message.jobId}`);
    expect(lines[4]?.length).toBeLessThan(250);
    expect(renderLetters(letters, { atMs: 62_000, columns: 60, limit: 2 }).map(textOf)).toEqual([
      ...lines.slice(0, 2),
      expect.stringMatching(/^.{0,60}$/),
      expect.stringMatching(/^.{0,60}$/),
      'and 1 more: --limit 3 shows all',
    ]);
    expect(render(renderLetters([], { atMs: 0, columns: 80, limit: 1 }))).toBe('There are no dead letters.');
  });
});
