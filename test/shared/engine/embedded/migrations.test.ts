import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openEmbeddedEngine } from '../../../../shared/engine/embedded/embedded-engine.ts';
import { SCHEMA } from '../../../../shared/engine/embedded/sqlite-schema.ts';
import type { Engine } from '../../../../shared/engine/engine.ts';
import type { Decision } from '../../../../shared/ledger/decision-log.ts';
import { AgentId, NO_ATTEMPTS, RangeId } from '../../../../shared/ledger/job-ledger.ts';
import { aJobMessage, aNewJob } from '../../../contract/a-new-job.ts';
import { EpochNumber, epochIdWithoutRollup, makeEpochId, makeLineId } from '../../../../shared/proving-job/epoch-id.ts';
import { messageOf } from '../../../../shared/proving-job/job-message.ts';
import { type ProvingJobId, sha256Of } from '../../../../shared/proving-job/proving-job-id.ts';
import { outputsKey } from '../../../../shared/proof-store/proof-store.ts';
import { epochId } from '../../../fixtures/epoch-id.ts';
import { aNewEpoch } from '../../../contract/epoch-ledger.contract.ts';

/** Takes the tables back to the version before, the newest first: the first of the list from version 2 to 1, and so on. */
const UNDO = [
  'alter table dead_letters drop column pool; alter table dead_letters drop column lane;',
  'drop table decisions;',
  'alter table jobs drop column copy_asked_at_ms; alter table jobs drop column straggler;',
  `alter table messages rename column visible_steady_ms to visible_at_ms;
   alter table jobs rename column lease_expires_steady_ms to lease_expires_at_ms;
   alter table jobs drop column enqueued_steady_ms;`,
  'alter table jobs drop column failed_by;',
  `drop trigger jobs_settled;
   drop index jobs_by_epoch;
   drop index jobs_open;
   alter table jobs add column epoch integer not null default 7;
   alter table jobs drop column epoch_id;
   create index jobs_by_epoch on jobs (epoch);
   create index jobs_open on jobs (epoch) where state in ('queued', 'leased');
   alter table settlements add column epoch integer not null default 7;
   create trigger jobs_settled after update of state on jobs
   when new.state in ('proven', 'rejected', 'cancelled') and old.state <> new.state
   begin
     insert into settlements (job_id, epoch, state) values (new.id, new.epoch, new.state);
   end;
   drop table epochs;
   create table epochs (epoch integer primary key, record text not null) strict;
   drop table roots;
   create table roots (epoch integer primary key, state text not null, version integer not null, record text not null) strict;
   create index roots_open on roots (epoch) where state in ('waiting', 'sent');`,
  'drop index jobs_by_state;',
  'alter table jobs drop column wire_type;',
  `drop index messages_by_turn;
   drop index messages_by_epoch;
   alter table messages drop column circuit;
   alter table messages drop column rollup;
   alter table messages drop column epoch;
   alter table messages drop column turn;
   alter table messages drop column precedence;
   create index messages_by_age on messages (pool, lane, id, visible_steady_ms);`,
  'drop table notes;',
];

describe('a database of an older schema version', () => {
  let dataDirectory: string;
  const opened: Engine[] = [];
  beforeEach(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'coppice-migration-'));
  });
  afterEach(async () => {
    for (const engine of opened.splice(0)) await engine.close();
    await rm(dataDirectory, { recursive: true });
  });

  function open(): Engine {
    const engine = openEmbeddedEngine({ dataDirectory, leaseSeconds: 30, nowMs: () => 5_000 });
    opened.push(engine);
    return engine;
  }

  /** Writes the file as that version of the schema had it, with an incident. */
  function writeVersion(version: number, write: (raw: DatabaseSync) => void = () => undefined): void {
    const raw = new DatabaseSync(join(dataDirectory, 'coppice.sqlite'));
    raw.exec(SCHEMA);
    for (const undo of UNDO.slice(version - 1).toReversed()) raw.exec(undo);
    raw.exec('pragma application_id = 0x436f7070');
    raw.exec(`pragma user_version = ${version}`);
    raw.exec(`insert into incidents (at_ms, kind, subject, message) values (1, 'submission', 'kept', '')`);
    write(raw);
    raw.close();
  }

  function writeVersion1(letters: readonly string[]): void {
    writeVersion(1, (raw) => {
      const insert = raw.prepare('insert into dead_letters (body, reason, parked_at_ms) values (?, ?, ?)');
      letters.forEach((body, index) => insert.run(body, `reason ${index}`, index));
    });
  }

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'is migrated in place from version %i, keeps its data and takes decisions',
    async (version) => {
      writeVersion(version);
      const engine = open();
      expect(await engine.incidents.latest(10)).toMatchObject([{ subject: 'kept' }]);
      const decision: Decision = { kind: 'fleet', atMs: 1, epochs: [], pools: [], dollarsPerHour: 0, reason: 'none' };
      await engine.decisions.record(decision);
      expect(await open().decisions.latest('fleet', 1)).toEqual([decision]);
    },
  );

  it('keeps its dead letters', async () => {
    writeVersion1(['half a message']);
    const { queue } = open();
    expect(await queue.deadLetters()).toEqual([{ body: 'half a message', reason: 'reason 0', parkedAtMs: 0 }]);
    expect(await open().queue.deadLetters()).toHaveLength(1);
  });

  it('redrives its dead letters to the queue of their circuit, and leaves those without a known circuit', async () => {
    const message = aJobMessage();
    const ofAnotherVersion = JSON.stringify({ v: 9, circuit: 'ROOT_ROLLUP' });
    writeVersion1(['half a message', JSON.stringify(message), ofAnotherVersion, '{"circuit":"NO_SUCH"}']);
    const { queue } = open();
    expect(await queue.redrive()).toBe(2);
    expect((await queue.deadLetters()).map(({ body }) => body)).toEqual(['half a message', '{"circuit":"NO_SUCH"}']);
    expect(await queue.claim(['medium'], { waitSeconds: 0 })).toMatchObject({ message, deliveries: 1 });
    expect(await queue.claim(['small', 'medium', 'large'], { waitSeconds: 0 })).toBeUndefined();
    expect((await queue.deadLetters()).map(({ body }) => body)).toContain(ofAnotherVersion);
    expect(await queue.redrive()).toBe(1);
  });

  it('keeps a job leased, which can have a second copy from then on', async () => {
    const job = aNewJob();
    const before = open();
    await before.jobs.record(job);
    const claim = await before.jobs.claim(job.id, AgentId.parse('alice'), 30);
    await before.close();
    const raw = new DatabaseSync(join(dataDirectory, 'coppice.sqlite'));
    for (const undo of UNDO.slice(2).toReversed()) raw.exec(undo);
    raw.exec('pragma user_version = 3');
    raw.close();

    const after = open();
    const lease = claim.outcome === 'claimed' ? claim.lease : expect.fail();
    expect(await after.jobs.find(job.id)).toMatchObject({ state: 'leased', lease });
    await after.jobs.askForCopy(lease);
    expect(await after.jobs.claim(job.id, AgentId.parse('bob'), 30)).toMatchObject({ job: { straggler: lease } });
  });

  it('keeps its messages, and hands them out in the order of epochs and of what waits for them', async () => {
    const before = open();
    const [later, leaf, root, other, returned] = [
      messageOf(aNewJob('ROOT_ROLLUP', { epochId: epochId(8) })),
      messageOf(aNewJob('PARITY_BASE', { epochId: epochId(7) })),
      messageOf(aNewJob('ROOT_ROLLUP', { epochId: epochId(7) })),
      messageOf(aNewJob('ROOT_ROLLUP', { epochId: makeEpochId(makeLineId('6.0.0'), EpochNumber.parse(3)) })),
      messageOf(aNewJob('PARITY_BASE', { epochId: epochId(7) })),
    ];
    await before.queue.enqueue([returned, later, leaf, root, other]);
    const held = await before.queue.claim(['medium'], { waitSeconds: 0 });
    expect(held).toMatchObject({ message: returned });
    await before.close();
    const raw = new DatabaseSync(join(dataDirectory, 'coppice.sqlite'));
    for (const undo of UNDO.slice(8).toReversed()) raw.exec(undo);
    raw.exec('pragma user_version = 9');
    raw.exec(`insert into messages (pool, lane, body, visible_steady_ms) values ('small', 'normal', 'no JSON', 0)`);
    raw.close();

    const { queue } = open();
    const claim = () => queue.claim(['small', 'medium', 'large'], { waitSeconds: 0 });
    for (const message of [root, leaf, later, other]) expect(await claim()).toMatchObject({ message, deliveries: 1 });
    expect(await claim()).toBeUndefined();
    expect(await queue.deadLetters()).toMatchObject([{ body: 'no JSON' }]);
    await queue.release(held!);
    expect(await claim()).toMatchObject({ message: returned, deliveries: 2 });
  });

  describe('that knew epochs by their numbers', () => {
    const EPOCH = epochIdWithoutRollup(EpochNumber.parse(7));
    const TRIAL = epochIdWithoutRollup(EpochNumber.parse(1_700_000_000));
    const RANGE = RangeId.parse('0xa1');

    function writeVersion5(): ProvingJobId {
      const job = aNewJob('PARITY_BASE', { epochId: EPOCH });
      const epoch = { ...aNewEpoch(), rangeId: RANGE, state: 'submitting', attempt: 1, attemptAtMs: 1, rootAtMs: 3 };
      const root = { rangeId: RANGE, to: '0xold', data: '0x02', deadlineAtMs: 9_000, storedAtMs: 3, submissions: [] };
      writeVersion(5, (raw) => {
        const openEpoch = raw.prepare('insert into epochs (epoch, record) values (?, ?)');
        const openings: readonly (readonly [number, number])[] = [
          [7, 20],
          [6, 10],
          [1_700_000_000, 15],
        ];
        for (const [number, openedAtMs] of openings) {
          const { id: _id, ...record } = { ...epoch, epoch: number, openedAtMs };
          openEpoch.run(number, JSON.stringify(record));
        }
        const record = JSON.stringify({ ...root, epoch: 7, state: 'sent', version: 4 });
        raw.prepare(`insert into roots values (7, 'sent', 4, ?)`).run(record);
        raw
          .prepare(
            `insert into jobs (id, epoch, range_id, circuit, pool, lane, network_version, inputs, children, state, attempts, recorded_at_ms)
             values (?, 7, ?, ?, ?, ?, ?, ?, '[]', 'queued', ?, 1)`,
          )
          .run(
            ...[job.id, RANGE, job.circuit, job.pool, job.lane, job.networkVersion, JSON.stringify(job.inputs)],
            JSON.stringify(NO_ATTEMPTS),
          );
      });
      return job.id;
    }

    it('lists its epochs and trials by the time at which they were opened, and closes them', async () => {
      writeVersion5();
      const { epochs } = open();
      expect((await epochs.latest(3)).map(({ id, epoch }) => [id, epoch])).toEqual([
        [EPOCH, 7],
        [TRIAL, 1_700_000_000],
        ['6', 6],
      ]);
      await epochs.advance(EPOCH, RANGE, 'expired');
      expect(await open().epochs.find(EPOCH)).toMatchObject({ state: 'expired', openedAtMs: 20 });
    });

    it('still has its root to submit, where it was to go', async () => {
      writeVersion5();
      const { outbox } = open();
      const [root, ...others] = await outbox.open();
      expect(root).toMatchObject({ epochId: EPOCH, epoch: 7, to: '0xold', state: 'sent', version: 4 });
      expect(others).toEqual([]);
      await outbox.replace({ ...root!, state: 'mined' });
      expect(await open().outbox.open()).toEqual([]);
    });

    it('has its job proven, and reports the settlement', async () => {
      const id = writeVersion5();
      const { jobs, settlements } = open();
      expect(await jobs.openJobs(EPOCH)).toEqual([{ id, corruptInputs: 0 }]);
      const settled = new Promise((resolve) => settlements.subscribe(resolve));
      const proof = { key: outputsKey('PARITY_BASE', id), sha256: sha256Of(Buffer.from('proof')), sizeBytes: 5 };
      await jobs.markProven({ jobId: id, agentId: AgentId.parse('alice'), proof, provingMs: 1, claimedAtMs: 1 });
      expect(await settled).toEqual({ jobId: id, state: 'proven' });
      expect(await jobs.jobsOfEpoch(EPOCH)).toMatchObject([{ id, epoch: 7, state: 'proven', proof }]);
    });
  });
});
