import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { createAwsClients } from '../../../shared/engine/aws-clients.ts';
import { awsResourceNames } from '../../../shared/engine/aws-resource-names.ts';
import { SqsJobQueue } from '../../../shared/job-queue/sqs-job-queue.ts';
import { aJobMessage } from '../../contract/a-new-job.ts';
import { type ScriptedSqs, startScriptedSqs } from '../job-queue/scripted-sqs.ts';

describe('the clients of AWS', () => {
  let server: ScriptedSqs;
  beforeEach(async () => {
    server = await startScriptedSqs();
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await server.close();
  });

  it('stay with AWS_ENDPOINT_URL, whatever host an emulator writes into the URLs of its queues', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', server.endpoint);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    server.script('GetQueueUrl', ({ queue }) => ({ QueueUrl: `http://elsewhere.invalid/000000000000/${queue}` }));
    const clients = createAwsClients({ region: 'us-east-1' });
    const queue = new SqsJobQueue(clients, awsResourceNames('test'), { leaseSeconds: 120, nowMs: Date.now });
    await queue.enqueue([aJobMessage()]);
    expect(server.requestsOf('SendMessageBatch')).toHaveLength(1);
    clients.close();
  });

  it.each(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3'])('name buckets in the path where %s leads', (variable) => {
    vi.stubEnv(variable, server.endpoint);
    expect(isBucketInPath()).toBe(true);
  });

  it('name buckets in the host on AWS itself, which an empty variable leads to', () => {
    vi.stubEnv('AWS_ENDPOINT_URL', '');
    expect(isBucketInPath()).toBe(false);
  });

  function isBucketInPath(): boolean | undefined {
    const clients = createAwsClients({ region: 'us-east-1' });
    clients.close();
    return clients.s3.config.forcePathStyle;
  }
});
