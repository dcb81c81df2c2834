import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { createAwsClients } from '../../../../shared/engine/aws/aws-clients.ts';
import { awsResourceNames } from '../../../../shared/engine/aws/aws-resource-names.ts';
import { SqsJobQueue } from '../../../../shared/engine/aws/sqs/sqs-job-queue.ts';
import { LONGEST_POLL_SECONDS } from '../../../../shared/engine/aws/sqs/sqs-queue.ts';
import { aJobMessage } from '../../../contract/a-new-job.ts';
import { type ScriptedSqs, startScriptedSqs } from './sqs/scripted-sqs.ts';

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

  it('keep their connection from one call to the next', async () => {
    const queue = new SqsJobQueue(server, awsResourceNames('test'), { leaseSeconds: 120, nowMs: Date.now });
    for (let count = 0; count < 5; count += 1) await queue.enqueue([aJobMessage()]);
    expect(server.connections()).toBe(1);
  });

  it('give up a call without a response, but no long poll before its time', async () => {
    server.script('ReceiveMessage', () => new Promise(() => undefined));
    const QueueUrl = `${server.endpoint}/000000000000/test`;
    const poll = server.sqs.send(new ReceiveMessageCommand({ QueueUrl }), { requestTimeout: 50 });
    await expect(poll).rejects.toMatchObject({ name: 'TimeoutError' });
    const handler = server.sqs.config.requestHandler as NodeHttpHandler;
    expect(handler.httpHandlerConfigs().requestTimeout).toBeGreaterThan(LONGEST_POLL_SECONDS * 1000);
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
