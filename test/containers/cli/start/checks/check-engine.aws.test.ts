import { DeleteBucketCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { checkEngine } from '../../../../../containers/cli/start/checks/check-engine.ts';
import type { RoleFinding } from '../../../../../containers/cli/start/checks/role-finding.ts';
import { type AwsHarness, openAwsHarness } from '../../../../contract/aws-harness.ts';

describe('the check of the bucket on AWS', () => {
  let harness: AwsHarness;
  beforeEach(async () => {
    harness = await openAwsHarness(['bucket']);
  });
  afterEach(() => harness.close());

  async function check(): Promise<readonly RoleFinding[]> {
    const { names, connection } = harness;
    const prefix = names.ledgerTable.replace(/-ledger$/, '');
    return checkEngine({
      engineOptions: { engine: 'aws', prefix, connection, leaseSeconds: 120 },
      reads: ['proofs'],
    });
  }

  it('finds that it can be read and written, and stores nothing', async () => {
    expect(await check()).toMatchObject([{ subject: 'bucket of the proofs', state: 'ready' }]);
    const { proofsBucket: Bucket } = harness.names;
    expect((await harness.clients.s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
  });

  it('reports a missing bucket', async () => {
    const { proofsBucket: Bucket } = harness.names;
    await harness.clients.s3.send(new DeleteBucketCommand({ Bucket }));
    const [finding] = await check();
    expect(finding).toMatchObject({ state: 'missing', fault: 'awaited' });
    expect(finding?.detail).toContain(Bucket);
  });
});
