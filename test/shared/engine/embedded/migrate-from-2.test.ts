import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openEmbeddedEngine } from '../../../../shared/engine/embedded/embedded-engine.ts';
import { SCHEMA } from '../../../../shared/engine/embedded/sqlite-schema.ts';
import type { Decision } from '../../../../shared/ledger/decision-log.ts';

describe('a database of schema version 2', () => {
  let dataDirectory: string;
  beforeEach(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'coppice-migration-'));
    const raw = new DatabaseSync(join(dataDirectory, 'coppice.sqlite'));
    raw.exec(SCHEMA);
    raw.exec('drop table decisions');
    raw.exec('alter table jobs drop column copy_asked_at_ms');
    raw.exec('alter table jobs drop column straggler');
    raw.exec('pragma application_id = 0x436f7070');
    raw.exec('pragma user_version = 2');
    raw.exec(`insert into incidents (at_ms, kind, subject, message) values (1, 'submission', 'kept', '')`);
    raw.close();
  });
  afterEach(() => rm(dataDirectory, { recursive: true }));

  it('is migrated where it is: it keeps what it holds, and takes decisions', async () => {
    const engine = openEmbeddedEngine({ dataDirectory, leaseSeconds: 30, nowMs: () => 5_000 });
    expect(await engine.incidents.latest(10)).toMatchObject([{ subject: 'kept' }]);
    const decision: Decision = { kind: 'fleet', atMs: 1, epochs: [], pools: [], dollarsPerHour: 0, reason: 'none' };
    await engine.decisions.record(decision);
    expect(await engine.decisions.latest('fleet', 1)).toEqual([decision]);
    await engine.close();
  });
});
