import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openEmbeddedEngine } from '../../../../shared/engine/embedded/embedded-engine.ts';
import type { Engine } from '../../../../shared/engine/engine.ts';
import { SCHEMA } from '../../../../shared/engine/embedded/sqlite-schema.ts';
import { aJobMessage } from '../../../contract/a-new-job.ts';

describe('a database of schema version 1', () => {
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

  /** What version 1 wrote: the same tables, without where a dead letter came from, decisions, and copies of jobs. */
  function writeVersion1(letters: readonly string[]): void {
    const raw = new DatabaseSync(join(dataDirectory, 'coppice.sqlite'));
    raw.exec(SCHEMA);
    raw.exec('alter table dead_letters drop column pool');
    raw.exec('alter table dead_letters drop column lane');
    raw.exec('drop table decisions');
    raw.exec('alter table jobs drop column copy_asked_at_ms');
    raw.exec('alter table jobs drop column straggler');
    raw.exec('pragma application_id = 0x436f7070');
    raw.exec('pragma user_version = 1');
    const insert = raw.prepare('insert into dead_letters (body, reason, parked_at_ms) values (?, ?, ?)');
    letters.forEach((body, index) => insert.run(body, `reason ${index}`, index));
    raw.exec(`insert into incidents (at_ms, kind, subject, message) values (1, 'submission', 'kept', '')`);
    raw.close();
  }

  it('is migrated where it is, and keeps what it holds', async () => {
    writeVersion1(['half a message']);
    const engine = open();
    expect(await engine.incidents.latest(10)).toMatchObject([{ subject: 'kept' }]);
    expect(await engine.queue.deadLetters()).toEqual([{ body: 'half a message', reason: 'reason 0', parkedAtMs: 0 }]);
    expect(await open().queue.deadLetters()).toHaveLength(1);
  });

  it('sends its dead letters back to where the catalogue sends their circuit, and keeps those that name none', async () => {
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
});
