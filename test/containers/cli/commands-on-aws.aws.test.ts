import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import type { Engine } from '../../../shared/engine/engine.ts';
import { openEngine } from '../../../shared/engine/open-engine.ts';
import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { openAwsHarness } from '../../contract/aws-harness.ts';
import { type CoppiceResult, runCoppice } from '../../fixtures/run-coppice.ts';
import { SEEDED_EPOCH, seedFleet } from '../../fixtures/seed-fleet.ts';

describe('the commands that work on a fleet, on AWS', () => {
  let workingDirectory: string;
  let engine: Engine;
  let jobs: readonly JobRecord[];
  beforeAll(async () => {
    const { names } = await openAwsHarness(['queues', 'bucket', 'table']);
    const prefix = names.ledgerTable.replace(/-ledger$/, '');
    engine = await openEngine({ engine: 'aws', prefix, connection: inject('aws'), leaseSeconds: 120 });
    jobs = await seedFleet({ engine, nowMs: Date.now, elapse: async () => undefined });

    workingDirectory = mkdtempSync(path.join(tmpdir(), 'coppice-cli-aws-'));
    const { region = '', endpoint = '' } = inject('aws');
    writeFileSync(
      path.join(workingDirectory, '.env'),
      `COPPICE_ENGINE=aws\nCOPPICE_AWS_PREFIX=${prefix}\nAWS_REGION=${region}\nAWS_ENDPOINT_URL=${endpoint}\n` +
        'AWS_ACCESS_KEY_ID=test\nAWS_SECRET_ACCESS_KEY=test\nAWS_EC2_METADATA_DISABLED=true\n',
    );
  });
  afterAll(async () => {
    await engine.close();
    rmSync(workingDirectory, { recursive: true });
  });

  const coppice = (commandLine: string): Promise<CoppiceResult> =>
    runCoppice(commandLine.split(' '), { workingDirectory });

  it('find it by a .env file alone, credentials included, and show its state, its tree and its jobs', async () => {
    const [status, tree, list] = await Promise.all(['status', 'tree 7', 'jobs'].map(coppice));
    expect(status?.stderr).toBe('');
    expect(status?.stdout).toContain('7  proving  checkpoints 12 to 12  3 of 6 jobs proven, 1 running, 1 waiting');
    expect(tree?.stdout).toMatch(/PARITY_ROOT +1 +1/);
    expect(list?.stdout).toContain('Epoch 7: proving, 5 jobs, 1 queued, 1 leased, 3 proven');
  });

  it('report that there is no fleet, and where they searched', async () => {
    const { code, stderr } = await coppice('status --aws-prefix nobody --aws-region eu-west-1');
    expect(stderr).toBe(
      `coppice: no fleet found: there is no table nobody-ledger in ${inject('aws').endpoint}, region eu-west-1: name the ` +
        'fleet with --aws-prefix, and its region with --aws-region, as it was deployed, or deploy it\n',
    );
    expect(code).toBe(1);
  });

  it('retry a job and its failed epoch, and send dead letters back', async () => {
    const padding = jobs.find(({ state }) => state === 'queued')!;
    await engine.jobs.reject(padding.id, 'nobody can prove it');
    await engine.epochs.advance(SEEDED_EPOCH, padding.rangeId, 'failed', { reason: 'a job was rejected' });
    expect((await coppice(`retry ${padding.id}`)).stdout).toBe(
      `Job ${padding.id} is queued again.\n` +
        'Epoch 7 will be resumed: within seconds by a running node, or by the next one that starts.\n',
    );
    expect(await engine.jobs.find(padding.id)).toMatchObject({ state: 'queued', attempts: { 'out-of-memory': 0 } });
    expect(await engine.epochs.find(SEEDED_EPOCH)).toMatchObject({ state: 'proving', attempt: 1 });

    await engine.queue.park((await engine.queue.claim([padding.pool], { waitSeconds: 5 }))!, 'no prover');
    expect((await coppice('redrive --dry-run')).stdout).toMatch(/^1 dead letters: 1 .*no prover/s);
    expect((await coppice('redrive')).stdout).toContain('1 of 1 dead letters went back');
    expect(await engine.queue.deadLetters()).toEqual([]);
  });
});
