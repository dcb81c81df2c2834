import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openEmbeddedEngine } from '../../../../shared/engine/embedded/embedded-engine.ts';
import { SCHEMA } from '../../../../shared/engine/embedded/sqlite-schema.ts';
import type { Engine } from '../../../../shared/engine/engine.ts';
import type { Decision } from '../../../../shared/ledger/decision-log.ts';
import { AgentId } from '../../../../shared/ledger/job-ledger.ts';
import { aJobMessage, aNewJob } from '../../../contract/a-new-job.ts';

/** Takes the tables back to the version before, the newest first: the first of the list from version 2 to 1, and so on. */
const UNDO = [
  'alter table dead_letters drop column pool; alter table dead_letters drop column lane;',
  'drop table decisions;',
  'alter table jobs drop column copy_asked_at_ms; alter table jobs drop column straggler;',
  `alter table messages rename column visible_steady_ms to visible_at_ms;
   alter table jobs rename column lease_expires_steady_ms to lease_expires_at_ms;
   alter table jobs drop column enqueued_steady_ms;`,
  'drop index jobs_by_state;',
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

  it.each([1, 2, 3, 4, 5])(
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
});
