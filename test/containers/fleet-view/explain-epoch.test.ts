import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { explainEpoch } from '../../../containers/fleet-view/explain-epoch.ts';
import { findEpoch } from '../../../containers/fleet-view/find-epoch.ts';
import { renderExplanation } from '../../../containers/cli/inspect/render-explanation.ts';
import { textOf } from '../../../containers/terminal/line.ts';
import { openStreamedEpoch, STREAMED_RANGE } from '../../../shared/ledger/streamed-epoch.ts';
import { AgentId } from '../../../shared/ledger/job-ledger.ts';
import { aNewJob } from '../../contract/a-new-job.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { epochId } from '../../fixtures/epoch-id.ts';
import { SEEDED_EPOCH, seedFleet } from '../../fixtures/seed-fleet.ts';

const WIDE = 200;

describe('coppice why EPOCH', () => {
  let harness: EmbeddedHarness;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
  });
  afterEach(() => harness.close());

  async function explanation(id = SEEDED_EPOCH, columns = WIDE): Promise<string[]> {
    const { engine } = harness;
    const explained = await explainEpoch(engine, await findEpoch(engine.epochs, id), harness.nowMs());
    return renderExplanation(explained, columns).map(textOf);
  }

  async function reportAgent(pools: readonly ('small' | 'medium' | 'large')[]): Promise<void> {
    await harness.engine.agents.report({
      agentId: AgentId.parse('agent-3'),
      pools: [...pools],
      family: 'aztec',
      networkVersion: '4.1.2',
      hostname: 'machine',
      pid: 1,
      state: 'idle',
      startedAtMs: harness.nowMs(),
      lastSeenAtMs: harness.nowMs(),
      jobsProven: 0,
    });
  }

  it('says that no agent takes a job of the chain, and which agents to start', async () => {
    await seedFleet(harness);
    // Its agents are gone, and their leases with them.
    await harness.elapse(300);
    await reportAgent(['small']);
    const text = (await explanation()).join('\n');
    expect(text).toMatch(/^root +never: no agent of pool large$/m);
    expect(text).toMatch(/^ +CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP +waiting +pool large +usually [^ ]+ s +no agent$/m);
    expect(text).toContain('pool large has no agents: start one with coppice start --prover-agent --agent-pools large');
  });

  it('leads from the job that runs to the root, with the time that each takes and when it is done', async () => {
    await seedFleet(harness);
    await reportAgent(['large']);
    const lines = await explanation();
    const chain = lines.slice(lines.indexOf('Waits for') + 1, lines.indexOf('Would help') - 1);
    expect(chain).toEqual([
      expect.stringMatching(
        /^ +CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP +running +by agent-1 +3[34] s of usually [\d.]+ s +done in /,
      ),
      expect.stringMatching(/^ +ROOT_ROLLUP +to come +pool large +usually [\d.]+ s +done in /),
    ]);
    expect(lines.find((line) => line.startsWith('root'))).toMatch(/ in \d+ s \(\d+ s to [^)]+\), in time: over 99 %$/);
    expect(lines.find((line) => line.startsWith('deadline'))).toMatch(/ UTC, in 9 min 2\d s$/);
    // Two seconds is what a job takes here, and this one is far over it.
    expect(lines.join('\n')).toMatch(/check agent agent-1: its CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP takes \d+ times/);
  });

  it('says that rejected jobs need another attempt', async () => {
    await seedFleet(harness);
    const padding = (await harness.engine.jobs.jobsOfEpoch(SEEDED_EPOCH)).find(({ state }) => state === 'queued')!;
    await harness.engine.jobs.reject(padding.id, 'nobody can prove it');
    expect((await explanation()).join('\n')).toContain(
      'remove the cause and give the 1 rejected job another attempt: coppice retry 7',
    );
  });

  it('proposes agents where jobs wait for one, with what they gain', async () => {
    const { engine } = harness;
    await engine.epochs.open({
      id: epochId(8),
      rangeId: STREAMED_RANGE,
      networkVersion: '4.1.2',
      shape: Array.from({ length: 4 }, () => ({ blocks: [{ publicTxs: 3, privateTxs: 0 }], l1ToL2Messages: 0 })),
      deadlineAtMs: harness.nowMs() + 600_000,
    });
    await reportAgent(['small', 'medium', 'large']);
    const text = (await explanation(epochId(8))).join('\n');
    expect(text).toMatch(/1 more agent of pool large: the root in .* instead of /);
  });

  it('has what is known of an epoch that streams', async () => {
    const { engine } = harness;
    const id = epochId(9);
    const deadlineAtMs = harness.nowMs() + 3_600_000;
    await openStreamedEpoch(
      engine.epochs,
      { id, networkVersion: '4.1.2', readDeadlineAtMs: async () => deadlineAtMs },
      harness.nowMs(),
    );
    await engine.jobs.record(aNewJob('PARITY_BASE', { epochId: id, rangeId: STREAMED_RANGE }));
    await reportAgent(['small', 'medium', 'large']);
    const lines = await explanation(id);
    expect(lines[0]).toBe('Epoch 9: proving, streamed, 0 of 1 jobs proven so far, 1 waiting');
    const chain = lines.slice(lines.indexOf('Waits for') + 1).map((line) => line.trim().split(' ')[0]);
    expect(chain).toEqual([
      'PARITY_BASE',
      'PARITY_ROOT',
      'BLOCK_ROOT_ROLLUP',
      'BLOCK_MERGE_ROLLUP',
      'CHECKPOINT_ROOT_ROLLUP',
      'CHECKPOINT_MERGE_ROLLUP',
      'ROOT_ROLLUP',
    ]);
  });

  it('gives the reason why a root waits for L1', async () => {
    await seedFleet(harness);
    const { engine } = harness;
    const epoch = (await engine.epochs.find(SEEDED_EPOCH))!;
    const stored = await engine.outbox.store({
      ...{ epochId: SEEDED_EPOCH, rangeId: epoch.rangeId, firstCheckpoint: 12, lastCheckpoint: 12 },
      ...{ to: '0x01', data: '0x02', deadlineAtMs: epoch.deadlineAtMs },
    });
    await engine.epochs.advance(SEEDED_EPOCH, epoch.rangeId, 'submitting');
    const reason = '0x01 holds 0 ETH but the transaction may cost up to 0.1 ETH: send ether to that address';
    await engine.outbox.replace({ ...stored, reason });
    const lines = await explanation();
    expect(lines).toContain(`  L1: ${reason}`);
    expect(lines.at(-1)).toBe(`  ${reason}`);
  });

  it('is no wider than the terminal', async () => {
    await seedFleet(harness);
    for (const line of await explanation(SEEDED_EPOCH, 60)) expect(line.length).toBeLessThanOrEqual(60);
  });
});
