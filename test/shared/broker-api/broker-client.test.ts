import { createServer, type IncomingMessage, type Server } from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { AddressInfo } from 'node:net';

import { createNamespacedSafeJsonRpcServer, makeHandler, startHttpRpcServer } from '@aztec/foundation/json-rpc/server';
import { InMemoryBrokerDatabase, ProvingBroker, ProvingJobBrokerSchema } from '@aztec/prover-client/broker';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';

import { BrokerClient, type BrokerClientOptions } from '../../../shared/broker-api/broker-client.ts';
import { WireJobId } from '../../../shared/broker-api/wire-job-id.ts';
import { ProofUri, WireJob } from '../../../shared/broker-api/wire-types.ts';

const PARITY_BASE = 16;
const end = new AbortController();
const jobs = [1, 2, 3].map((number) =>
  WireJob.parse({
    id: `7:PARITY_BASE:${String(number).repeat(64)}`,
    type: PARITY_BASE,
    epochNumber: 7,
    inputsUri: `data:application/json,${'x'.repeat(5000)}`,
  }),
);
const [JOB, OTHER_JOB, THIRD_JOB] = jobs as [WireJob, WireJob, WireJob];
const PROOF = ProofUri.parse(`data:application/json,${'y'.repeat(5000)}`);

function openClient(url: string, options: Partial<BrokerClientOptions> = {}): BrokerClient {
  return new BrokerClient({ url, signal: end.signal, backoff: { firstMs: 1, longestMs: 1 }, ...options });
}

describe("Aztec's own broker", () => {
  async function startBroker(headers: Record<string, string> = {}): Promise<string> {
    const broker = new ProvingBroker(new InMemoryBrokerDatabase());
    await broker.start();
    const server = await startHttpRpcServer(
      createNamespacedSafeJsonRpcServer(
        { proverBroker: makeHandler(broker, ProvingJobBrokerSchema) },
        {
          middlewares: [
            async (context: { set(headers: Record<string, string>): void }, next: () => Promise<void>) => {
              await next();
              context.set(headers);
            },
          ],
        },
      ),
      { host: '127.0.0.1' },
    );
    onTestFinished(async () => {
      server.closeAllConnections();
      server.close();
      await broker.stop();
    });
    return `http://127.0.0.1:${server.port}`;
  }

  it('takes a job to its proof', async () => {
    const client = openClient(await startBroker());
    expect(await client.enqueueProvingJob(JOB)).toEqual({ status: 'not-found' });
    expect(await client.enqueueProvingJob(JOB)).toEqual({ status: 'in-queue' });
    const lease = await client.getProvingJob({ allowList: [] });
    expect(lease?.job).toEqual(JOB);
    expect(await client.getProvingJobStatus(JOB.id)).toEqual({ status: 'in-progress' });
    expect(await client.reportProvingJobProgress(JOB.id, lease!.time, { allowList: [] })).toBeUndefined();
    expect(await client.reportProvingJobSuccess(JOB.id, PROOF)).toBeUndefined();
    expect(await client.getProvingJobStatus(JOB.id)).toEqual({ status: 'fulfilled', value: PROOF });
    expect(new Set(await client.getCompletedJobs([JOB.id]))).toEqual(new Set([JOB.id]));
  });

  it('gives the next job with the report of the last', async () => {
    const client = openClient(await startBroker());
    for (const job of jobs) await client.enqueueProvingJob(job);
    const first = (await client.getProvingJob())!;
    const second = (await client.reportProvingJobSuccess(first.job.id, PROOF))!;
    const third = (await client.reportProvingJobError(second.job.id, 'out of memory', true))!;
    expect(new Set([first, second, third].map(({ job }) => job.id))).toEqual(
      new Set([JOB.id, OTHER_JOB.id, THIRD_JOB.id]),
    );
    expect(await client.getProvingJobStatus(second.job.id)).toEqual({ status: 'in-queue' });
  });

  it('gives nobody a job that the filter excludes', async () => {
    const client = openClient(await startBroker());
    await client.enqueueProvingJob(JOB);
    expect(await client.getProvingJob({ allowList: [PARITY_BASE + 1] })).toBeUndefined();
    expect((await client.getProvingJob({ allowList: [PARITY_BASE] }))?.job.id).toBe(JOB.id);
  });

  it('rejects a job whose agent sees no use in another try, and one that is cancelled', async () => {
    const client = openClient(await startBroker());
    await client.enqueueProvingJob(JOB);
    await client.getProvingJob();
    await client.reportProvingJobError(JOB.id, 'no witness');
    await client.enqueueProvingJob(OTHER_JOB);
    await client.cancelProvingJob(OTHER_JOB.id);
    expect(await client.getProvingJobStatus(JOB.id)).toEqual({ status: 'rejected', reason: 'no witness' });
    expect(await client.getProvingJobStatus(OTHER_JOB.id)).toMatchObject({ status: 'rejected' });
  });

  it('throws what the broker refuses, and the other calls go on', async () => {
    const client = openClient(await startBroker());
    await client.enqueueProvingJob(JOB);
    const changed = client.enqueueProvingJob({ ...JOB, inputsUri: PROOF });
    await expect(changed).rejects.toMatchObject({ name: 'BrokerCallRefusedError', method: 'enqueueProvingJob' });
    expect(await client.getProvingJobStatus(JOB.id)).toEqual({ status: 'in-queue' });
  });

  it('refuses a broker of another version, and takes one that names none of what is expected', async () => {
    const versions = { packageVersion: '4.1.2', l2CircuitsVkTreeRoot: '0x1D' };
    const same = openClient(await startBroker({ 'x-aztec-l2CircuitsVkTreeRoot': '0x1d' }), { versions });
    expect(await same.getProvingJob()).toBeUndefined();
    const other = openClient(await startBroker({ 'x-aztec-l2CircuitsVkTreeRoot': '0x2d' }), { versions });
    await expect(other.getProvingJob()).rejects.toThrow(
      /is of another version: its l2CircuitsVkTreeRoot is 0x2d, here it is 0x1D/,
    );
  });
});

describe('a server that', () => {
  type Answer = (body: string, request: IncomingMessage) => { status?: number; body: string | Buffer; gzip?: boolean };
  const servers: Server[] = [];

  afterEach(() => {
    for (const server of servers.splice(0)) server.closeAllConnections();
  });

  async function startServer(answer: Answer): Promise<string> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const sent = Buffer.concat(chunks);
        const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
        const { status = 200, body, gzip = false } = answer(plain.toString(), request);
        response.writeHead(status, gzip ? { 'content-encoding': 'gzip' } : {}).end(body);
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  function resultOf(body: string, result: unknown): string {
    const [call] = JSON.parse(body) as [{ id: number }];
    return JSON.stringify([{ jsonrpc: '2.0', id: call.id, result }]);
  }

  it('is down for a while is tried again until it is back', async () => {
    const outages: unknown[] = [];
    const answers = [
      { status: 503, body: 'later' },
      { status: 500, body: '' },
      { status: 200, body: '<html>' },
    ];
    const url = await startServer((body) => answers.shift() ?? { body: resultOf(body, null) });
    const client = openClient(url, { onOutage: (error) => outages.push(error) });
    expect(await client.getProvingJob()).toBeUndefined();
    expect(outages.map(String)).toEqual([
      expect.stringContaining('HTTP 503'),
      expect.stringContaining('HTTP 500'),
      expect.stringContaining('not JSON'),
    ]);
  });

  it('is not there is tried again until the caller stops', async () => {
    const url = await startServer(() => ({ body: '' }));
    const [server] = servers.splice(0);
    await new Promise((resolve) => server!.close(resolve));
    const stop = new AbortController();
    const client = openClient(url, {
      signal: stop.signal,
      onOutage: (_error, failures) => failures === 3 && stop.abort(),
    });
    await expect(client.getProvingJob()).rejects.toThrow(/ECONNREFUSED.*check that it runs/);
  });

  it('does not answer in time is asked again', async () => {
    const url = await startServer((body) => ({ body: resultOf(body, []) }));
    servers[0]!.prependOnceListener('request', (request: IncomingMessage) => request.pause());
    const outages: unknown[] = [];
    const client = openClient(url, { timeoutMs: 300, onOutage: (error) => outages.push(error) });
    expect(await client.getCompletedJobs([])).toEqual([]);
    expect(outages.map(String)).toEqual([expect.stringContaining('timeout')]);
  });

  it('refuses the size of a body is not asked again, and the error names the limit to raise', async () => {
    const url = await startServer(() => ({ status: 413, body: '' }));
    await expect(openClient(url).enqueueProvingJob(JOB)).rejects.toThrow(/HTTP 413: raise RPC_MAX_BODY_SIZE/);
  });

  it.each([
    ['another program', () => 'hello', 404, /check that the URL is that of a proving broker/],
    ['another call', (body: string) => resultOf(body, null).replace(/"id":\d+/, '"id":0'), 200, /answers another call/],
    ['a status that is unknown', (body: string) => resultOf(body, { status: 'lost' }), 200, /getProvingJobStatus/],
  ])('answers like %s is named in the error', async (_what, answer, status, message) => {
    const url = await startServer((body) => ({ body: answer(body), status }));
    await expect(openClient(url).getProvingJobStatus(JOB.id)).rejects.toThrow(message);
  });

  it('inflates its answer beyond 64 MiB is refused without holding it', async () => {
    const bomb = gzipSync(Buffer.alloc(65 * 2 ** 20, 'x'), { level: 1 });
    const url = await startServer(() => ({ body: bomb, gzip: true }));
    await expect(openClient(url).getProvingJob()).rejects.toThrow(/larger than 64 MiB/);
  });

  it('stands behind a path gets long bodies compressed and short ones plain', async () => {
    const seen: (string | undefined)[] = [];
    const url = await startServer((body, { headers, url: path }) => {
      seen.push(path, headers['content-encoding']);
      return { body: resultOf(body, { status: 'not-found' }) };
    });
    const client = openClient(`${url}/broker`);
    expect(await client.enqueueProvingJob(JOB)).toEqual({ status: 'not-found' });
    expect(await client.getProvingJobStatus(JOB.id)).toEqual({ status: 'not-found' });
    expect(seen).toEqual(['/broker', 'gzip', '/broker', undefined]);
  });

  it('knows of aborted jobs, as from 5.x on, is understood', async () => {
    const url = await startServer((body) => ({ body: resultOf(body, { status: 'aborted' }) }));
    expect(await openClient(url).getProvingJobStatus(WireJobId.parse(JOB.id))).toEqual({ status: 'aborted' });
  });
});
