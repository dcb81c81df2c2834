import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type EmbeddedEngineOptions, openEmbeddedEngine } from '../../../../shared/engine/embedded/embedded-engine.ts';
import { AgentId } from '../../../../shared/ledger/job-ledger.ts';
import { aNewJob } from '../../../contract/a-new-job.ts';

describe('a database of schema version 3', () => {
  let options: EmbeddedEngineOptions;
  beforeEach(async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'coppice-migration-'));
    options = { dataDirectory, leaseSeconds: 30, nowMs: () => 5_000 };
  });
  afterEach(() => rm(options.dataDirectory, { recursive: true }));

  it('is migrated where it is: a job that is leased stays so, and can have a second copy', async () => {
    const job = aNewJob();
    const before = openEmbeddedEngine(options);
    await before.jobs.record(job);
    const claim = await before.jobs.claim(job.id, AgentId.parse('alice'), 30);
    await before.close();
    const raw = new DatabaseSync(join(options.dataDirectory, 'coppice.sqlite'));
    raw.exec('alter table jobs drop column copy_asked_at_ms');
    raw.exec('alter table jobs drop column straggler');
    raw.exec('pragma user_version = 3');
    raw.close();

    const after = openEmbeddedEngine(options);
    const lease = claim.outcome === 'claimed' ? claim.lease : expect.fail();
    expect(await after.jobs.find(job.id)).toMatchObject({ state: 'leased', lease });
    await after.jobs.askForCopy(lease);
    expect(await after.jobs.claim(job.id, AgentId.parse('bob'), 30)).toMatchObject({ job: { straggler: lease } });
    await after.close();
  });
});
