import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { AgentRecord } from '../../../../shared/ledger/agent-registry.ts';
import type { SubmissionDecisionRecord } from '../../../../shared/ledger/decision-log.ts';
import { EpochNumber } from '../../../../shared/proving-job/epoch-id.ts';
import { AgentId, RangeId } from '../../../../shared/ledger/job-ledger.ts';
import type { Settlement } from '../../../../shared/ledger/settlement-feed.ts';
import { aNewJob } from '../../../contract/a-new-job.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../../contract/embedded-harness.ts';
import { epochIdOf } from '../../../../shared/proving-job/proving-job-id.ts';
import { epochId, namesOfEpoch } from '../../../fixtures/epoch-id.ts';
import { UnreadableRecordError } from '../../../../shared/ledger/errors.ts';
import { type NewRoot } from '../../../../shared/ledger/outbox.ts';
import { aNewEpoch } from '../../../contract/epoch-ledger.contract.ts';

const POLLING = { interval: 10 };

/** What the embedded ledger keeps beyond the contracts. */
describe('the SQLite ledger', () => {
  let harness: EmbeddedHarness;
  let raw: DatabaseSync;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
    raw = new DatabaseSync(join(harness.dataDirectory, 'coppice.sqlite'));
  });
  afterEach(async () => {
    raw.close();
    await harness.close();
  });

  function write(epoch: { readonly id: string }, root: object): void {
    const values = 'values (?, 7, 0, 1, ?)';
    raw
      .prepare(`insert into epochs (id, epoch, is_trial, opened_at_ms, record) ${values}`)
      .run(epoch.id, JSON.stringify(epoch));
    raw
      .prepare(`insert into roots (epoch_id, state, version, record) values (?, 'waiting', 1, ?)`)
      .run(epoch.id, JSON.stringify(root));
  }

  function aRoot(number: number): NewRoot {
    const range = { rangeId: RangeId.parse('0xa1'), deadlineAtMs: 9_000 };
    return { epochId: epochId(number), ...range, to: '0xaa', data: '0xbb' };
  }

  function anAgent(): AgentRecord {
    const times = { startedAtMs: harness.nowMs(), lastSeenAtMs: harness.nowMs() };
    const machine = { hostname: 'here', pid: 1, family: 'aztec', networkVersion: '4.1.2' };
    const agentId = AgentId.parse('alice');
    return { agentId, pools: ['small'], state: 'idle', jobsProven: 0, ...machine, ...times };
  }

  function aDecision(): SubmissionDecisionRecord {
    const names = { epochId: epochId(6), epoch: EpochNumber.parse(6) };
    return { kind: 'submission', atMs: 1, ...names, choice: 'wait', costWei: '1', reason: 'gas falls' };
  }

  async function cancelOne(): Promise<string> {
    const job = aNewJob();
    await harness.elsewhere.jobs.record(job);
    await harness.elsewhere.jobs.cancelEpoch(epochIdOf(job.id), 'window closed');
    return job.id;
  }

  it('reads epochs and roots of versions that only had Aztec’s', async () => {
    const range = { rangeId: '0xa1', firstCheckpoint: 3, lastCheckpoint: 4, deadlineAtMs: 9_000 };
    const epoch = {
      ...range,
      ...namesOfEpoch(7),
      networkVersion: '4.1.2',
      shape: [{ blocks: [{ publicTxs: 1, privateTxs: 0 }], l1ToL2Messages: 0 }],
      state: 'submitting',
      attempt: 1,
      openedAtMs: 1,
      attemptAtMs: 1,
    };
    const root = {
      ...{ ...range, epochId: epochId(7), epoch: 7, to: '0xaa', data: '0xbb' },
      ...{ storedAtMs: 1, state: 'waiting', submissions: [], version: 1 },
    };
    write(epoch, root);

    const { epochs, outbox } = harness.engine;
    expect(await epochs.latest(1)).toEqual([epoch]);
    expect(await outbox.open()).toEqual([{ ...root, contract: 'aztec-rollup' }]);
  });

  it('leaves out what a newer version wrote, names it, and goes on with the rest', async () => {
    const { epochs, outbox, unreadable } = harness.engine;
    const [epoch, root] = [await epochs.open(aNewEpoch(6)), await outbox.store(aRoot(6))];
    await epochs.open(aNewEpoch(7));
    await outbox.store(aRoot(7));
    raw.prepare(`update epochs set record = json_set(record, '$.novelty', 1) where id = ?`).run(epochId(7));
    raw.prepare(`update roots set record = json_set(record, '$.contract', 'moon') where epoch_id = ?`).run(epochId(7));

    expect(await epochs.latest(1)).toEqual([epoch]);
    expect(await outbox.open()).toEqual([root]);
    expect(unreadable.list).toEqual([
      expect.stringMatching(`^epoch ${epochId(7)}: .*novelty.*Run the version`),
      expect.stringMatching(`^root of epoch ${epochId(7)}: .*contract.*Run the version`),
    ]);
    await expect(epochs.find(epochId(7))).rejects.toThrow(UnreadableRecordError);
    await expect(outbox.find(epochId(7))).rejects.toThrow(UnreadableRecordError);
  });

  it.each(['{"cut off', '"another thing"', '{}'])('leaves out the records that are damaged, %s', async (damaged) => {
    const { epochs, outbox, agents, decisions, incidents, unreadable } = harness.engine;
    await epochs.open(aNewEpoch(6));
    await outbox.store(aRoot(6));
    await agents.report(anAgent());
    await decisions.record(aDecision());
    await incidents.report({ kind: 'late-proof', subject: 'a job', message: 'it came late' });
    for (const table of ['epochs', 'roots', 'agents', 'decisions']) {
      raw.prepare(`update ${table} set record = ?`).run(damaged);
    }
    raw.exec(`update incidents set kind = 'of the moon'`);

    const lists = [epochs.latest(1), outbox.open(), agents.seenWithin(60), decisions.latest('submission', 1)];
    expect(await Promise.all([...lists, incidents.latest(1)])).toEqual([[], [], [], [], []]);
    expect(unreadable.list.toSorted()).toEqual([
      expect.stringMatching('^a decision of the kind submission: '),
      expect.stringMatching('^agent alice: '),
      expect.stringMatching('^an incident: '),
      expect.stringMatching(`^epoch ${epochId(6)}: `),
      expect.stringMatching(`^root of epoch ${epochId(6)}: `),
    ]);
    await expect(epochs.find(epochId(6))).rejects.toThrow(UnreadableRecordError);
  });

  it.each([`inputs = '{"cut off'`, `state = 'queued', pool = 'of the moon'`, `children = '[1]'`])(
    'finds the other jobs that are stranded when one is damaged: %s',
    async (damage) => {
      const { jobs, unreadable } = harness.engine;
      const [damaged, sound] = [await jobs.record(aNewJob()), await jobs.record(aNewJob())];
      raw.prepare(`update jobs set ${damage} where id = ?`).run(damaged.id);
      expect(await jobs.strandedJobs(0)).toEqual([sound]);
      expect(unreadable.list).toEqual([expect.stringMatching(`^job ${damaged.id}: `)]);
    },
  );

  it('does not report settlements from before the subscription', async () => {
    const before = await cancelOne();
    const heard: Settlement[] = [];
    const unsubscribe = harness.engine.settlements.subscribe((settlement) => heard.push(settlement));
    const after = await cancelOne();
    await expect.poll(() => heard.map(({ jobId }) => jobId), POLLING).toContain(after);
    expect(heard.map(({ jobId }) => jobId)).not.toContain(before);
    unsubscribe();
  });

  it('reports each settlement once', async () => {
    const heard: Settlement[] = [];
    const unsubscribe = harness.engine.settlements.subscribe((settlement) => heard.push(settlement));
    const first = await cancelOne();
    await expect.poll(() => heard.map(({ jobId }) => jobId), POLLING).toContain(first);
    const second = await cancelOne();
    await expect.poll(() => heard.map(({ jobId }) => jobId), POLLING).toContain(second);
    expect(heard.map(({ jobId }) => jobId)).toEqual([first, second]);
    unsubscribe();
  });

  it('reports what comes after a settlement that it cannot read', async () => {
    const heard: Settlement[] = [];
    const unsubscribe = harness.engine.settlements.subscribe((settlement) => heard.push(settlement));
    raw.exec(`insert into settlements (job_id, state) values ('no job', 'lost')`);
    const after = await cancelOne();
    await expect.poll(() => heard.map(({ jobId }) => jobId), POLLING).toEqual([after]);
    unsubscribe();
  });

  it('goes on reporting settlements after the database could not be read for a moment', async () => {
    const heard: Settlement[] = [];
    const unsubscribe = harness.engine.settlements.subscribe((settlement) => heard.push(settlement));
    raw.exec('alter table settlements rename to unreadable');
    await new Promise((resolve) => setTimeout(resolve, 50));
    raw.exec('alter table unreadable rename to settlements');
    const jobId = await cancelOne();
    await expect.poll(() => heard.map((settlement) => settlement.jobId), POLLING).toContain(jobId);
    unsubscribe();
  });

  it('keeps the newest 50,000 settlements and 10,000 incidents, and numbers them on', async () => {
    raw.exec(`insert into settlements (sequence, job_id, state) values (1, 'old', 'proven')`);
    raw.exec(`insert into settlements (sequence, job_id, state) values (50000, 'newer', 'proven')`);
    raw.exec(`insert into incidents (sequence, at_ms, kind, subject, message) values (1, 1, 'submission', 'old', '')`);
    raw.exec(
      `insert into incidents (sequence, at_ms, kind, subject, message) values (10000, 1, 'submission', 'b', '')`,
    );
    await cancelOne();
    await harness.engine.incidents.report({ kind: 'submission', subject: 'c', message: '' });
    expect(raw.prepare('select sequence from settlements').all()).toMatchObject([
      { sequence: 50_000 },
      { sequence: 50_001 },
    ]);
    expect((await harness.engine.incidents.latest(10)).map(({ subject }) => subject)).toEqual(['c', 'b']);
  });

  it('forgets an agent that has not been seen for more than a day', async () => {
    const report = (id: string) =>
      harness.engine.agents.report({
        agentId: AgentId.parse(id),
        pools: ['small'],
        family: 'aztec',
        networkVersion: '4.1.2',
        hostname: 'prover-1',
        pid: 1,
        state: 'idle',
        startedAtMs: harness.nowMs(),
        lastSeenAtMs: harness.nowMs(),
        jobsProven: 0,
      });
    await report('gone');
    await harness.elapse(25 * 3600);
    await report('here');
    expect(raw.prepare('select agent_id from agents').all()).toMatchObject([{ agent_id: 'here' }]);
  });

  it('refuses an invalid row, and names the wrong field', async () => {
    const job = aNewJob();
    await harness.engine.jobs.record(job);
    raw.prepare(`update jobs set circuit = 'parity' where id = ?`).run(job.id);
    await expect(harness.engine.jobs.find(job.id)).rejects.toThrow(/circuit/);
  });
});
