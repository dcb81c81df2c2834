import { fork } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import os from 'node:os';
import path from 'node:path';

import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { AwsEmulatorError, startAwsEmulator, type AwsEmulator } from '../../../containers/local-fleet/aws-emulator.ts';
import { killAll, listProcesses, stillAlive } from '../../../containers/processes/process-table.ts';

describe('the emulator of AWS', () => {
  let directory: string;
  let emulator: AwsEmulator;
  let sqs: SQSClient;
  beforeAll(async () => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'coppice-emulator-'));
    emulator = await startAwsEmulator({ logFile: path.join(directory, 'logs', 'emulator.log') });
    sqs = new SQSClient({ endpoint: emulator.endpoint, region: 'us-east-1' });
  });
  afterAll(async () => {
    sqs.destroy();
    await emulator.stop();
    fs.rmSync(directory, { recursive: true });
  });

  const aQueue = async (name: string): Promise<string> => {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
    return QueueUrl;
  };
  const send = (QueueUrl: string, MessageBody: string) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  const receive = async (QueueUrl: string, WaitTimeSeconds = 0): Promise<readonly (string | undefined)[]> => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds }));
    return Messages.map(({ Body }) => Body);
  };
  const post = (target: string): Promise<Response> => fetch(new URL(target, emulator.endpoint), { method: 'POST' });

  it('responds once it is started, and has ended once it is stopped', async () => {
    const another = await startAwsEmulator();
    expect(another.endpoint).toMatch(/^http:\/\/localhost:\d+$/);
    expect((await fetch(`${another.endpoint}/moto-api/`)).ok).toBe(true);
    await another.stop();
    await expect(fetch(another.endpoint)).rejects.toThrow();
    await another.stop();
  });

  it('does not outlive a parent that is killed', async () => {
    const parent = fork(new URL('./aws-emulator-owner.ts', import.meta.url), { execArgv: [] });
    const [pid] = (await once(parent, 'message')) as [number];
    const server = listProcesses().filter((entry) => entry.pid === pid);
    expect(server).toHaveLength(1);

    parent.kill('SIGKILL');

    try {
      await expect.poll(() => stillAlive(server)).toEqual([]);
    } finally {
      killAll(stillAlive(server));
    }
  });

  it('is reachable only from this machine', async () => {
    const { port } = new URL(emulator.endpoint);
    await expect(fetch(`http://127.0.0.1:${port}/moto-api/`)).resolves.toBeDefined();
    // Another address of this machine, at which a server on all addresses would respond.
    await expect(fetch(`http://127.0.0.2:${port}/moto-api/`)).rejects.toThrow();
  });

  it('leaves nothing behind when its start is interrupted', async () => {
    const logFile = path.join(directory, 'interrupted.log');
    const interrupt = new AbortController();
    const before = new Set(childIds());
    const started = startAwsEmulator({ logFile, signal: interrupt.signal });
    // The server has been started then, and takes a while to load.
    const watch = setInterval(() => fs.existsSync(logFile) && interrupt.abort(new Error('Ctrl-C')), 2);
    await expect(started).rejects.toThrow('Ctrl-C');
    clearInterval(watch);
    expect(childIds().filter((pid) => !before.has(pid))).toEqual([]);
  });

  it('says why it did not start, and where its log is', async () => {
    const bin = path.join(directory, 'bin');
    fs.mkdirSync(bin);
    const script = '#!/bin/sh\nif [ "$1" = -c ]; then echo "$0"; else echo "no such module" >&2; exit 3; fi\n';
    fs.writeFileSync(path.join(bin, 'python3'), script, { mode: 0o755 });
    const logFile = path.join(directory, 'failed.log');
    const before = process.env['PATH'];
    process.env['PATH'] = bin;
    const failure = startAwsEmulator({ logFile }).finally(() => (process.env['PATH'] = before));
    await expect(failure).rejects.toBeInstanceOf(AwsEmulatorError);
    await expect(failure).rejects.toThrow(
      `the emulator of AWS ended with code 3; its log is ${logFile}\n  no such module`,
    );
  });

  it('serves several requests over one connection, even after one that failed', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = async (target: string): Promise<readonly [status: number | undefined, isReused: boolean]> => {
      const asked = request(new URL(target, emulator.endpoint), { method: 'POST', agent }).end('a body');
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      answer.resume();
      await once(answer, 'end');
      return [answer.statusCode, asked.reusedSocket];
    };
    const works = '/coppice/elapse?queues=none&seconds=1';
    expect(await ask(works)).toEqual([200, false]);
    expect(await ask('/coppice/elapse?seconds=1')).toEqual([500, true]);
    expect(await ask(works)).toEqual([200, true]);
    agent.destroy();
  });

  it('takes a body whose length was not announced', async () => {
    const credential = 'Credential=emulator/20250101/us-east-1/s3/aws4_request';
    const headers = { authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=none` };
    const [bucket, key] = ['/chunks', '/chunks/key'].map((name) => new URL(name, emulator.endpoint)) as [URL, URL];
    await fetch(bucket, { method: 'PUT', headers });
    const body = new ReadableStream({
      start: (stream) => {
        for (const piece of ['one ', 'two ', 'three']) stream.enqueue(new TextEncoder().encode(piece));
        stream.close();
      },
    });
    await fetch(key, { method: 'PUT', headers, body, duplex: 'half' });
    expect(await (await fetch(key, { headers })).text()).toBe('one two three');
  });

  it('hands each message to one of several who ask at once', async () => {
    const queue = await aQueue('several');
    const bodies = Array.from({ length: 20 }, (_, index) => `message ${index}`);
    for (const body of bodies) await send(queue, body);
    const received = await Promise.all(bodies.map(() => receive(queue)));
    expect(received.flat().toSorted()).toEqual(bodies.toSorted());
  });

  it('serves other requests during a long poll, and ends the poll as soon as a message comes', async () => {
    const [queue, empty] = [await aQueue('polled'), await aQueue('empty')];
    const poll = receive(queue, 20);
    // It waits for half as long, so a request that is done before was not blocked until the end.
    const inVain = receive(empty, 10).catch(() => ['the emulator was stopped']);
    await aQueue('another');
    await send(queue, 'here');
    expect(await Promise.race([poll, inVain])).toEqual(['here']);
  });

  it('counts the messages that wait and those that are held, and lets time go by for one fleet', async () => {
    const [ours, theirs] = [await aQueue('ours-1'), await aQueue('theirs-1')];
    const counts = async (QueueUrl: string): Promise<unknown[]> => {
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
      const { Attributes } = await sqs.send(command);
      return [Attributes?.ApproximateNumberOfMessages, Attributes?.ApproximateNumberOfMessagesNotVisible];
    };
    for (const queue of [ours, theirs]) {
      await send(queue, 'held');
      await receive(queue);
      await send(queue, 'waiting');
      expect(await counts(queue)).toEqual(['1', '1']);
    }
    expect((await post('/coppice/elapse?queues=ours-&seconds=31')).status).toBe(200);
    expect(await counts(ours)).toEqual(['2', '0']);
    expect(await counts(theirs)).toEqual(['1', '1']);
  });
});

function childIds(): readonly number[] {
  return listProcesses().flatMap(({ pid, parentPid }) => (parentPid === process.pid ? [pid] : []));
}
