import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';

import { measurePage } from './console/measure-page.ts';
import { seedConsole } from './console/seed-console.ts';
import type { ConsoleFigure } from './console/serve-console.ts';
import { messageOf } from './message-of.ts';

/**
 * What the page of an epoch takes of `coppice console`, by the size of the epoch: the time of each request when nothing is
 * cached and when it is, its bytes, and the most memory of the server. On the embedded engine, and with jobs on DynamoDB as
 * `scale/fake-dynamo.ts` has it in memory. And what the page takes of a browser: until all is drawn, and its memory.
 *
 *     npm run bench:console -- [--jobs 1000,10000]
 */
const EPOCH = '4';
const ANSWER_MS = '10';
const FAKE_DYNAMO = 'scale/fake-dynamo.ts';
const SERVER = 'console/serve-console.ts';
const PATHS = ['fleet', `epochs/${EPOCH}`, `epochs/${EPOCH}/jobs`, `epochs/${EPOCH}/cost`, 'epochs', 'agents'];
const MOST_SECONDS = 2;
const MOST_MIB = 200;
const TARGET_JOBS = 10_000;
/** The epoch in `epochOfJobs` is of about so many jobs. */
const ABOUT = 1.3;

const { values } = parseArgs({ options: { jobs: { type: 'string', default: '1000,10000' } } });
const misses: string[] = [];
console.log(`node ${process.version}, ${availableParallelism()} cores, ${process.platform} ${process.arch}`);
for (const size of values.jobs.split(',').map(Number)) {
  for (const engine of ['embedded', 'DynamoDB'] as const) await measure(engine, size);
}
const target = `${TARGET_JOBS} jobs: each request and the page under ${MOST_SECONDS} s, server and page under ${MOST_MIB} MiB each`;
console.log(misses.length === 0 ? `\nthe target holds: ${target}` : `\nMISSED: ${target}: ${misses.join('; ')}`);
process.exitCode = misses.length === 0 ? 0 : 1;

async function measure(engine: 'embedded' | 'DynamoDB', size: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'coppice-console-'));
  const jobs = await seedConsole(folder, Number(EPOCH), size);
  const dynamo = engine === 'embedded' ? undefined : forked(FAKE_DYNAMO, [String(size), ANSWER_MS, EPOCH, '']);
  const dynamoPort = dynamo === undefined ? [] : [String(await messageOf<number>(dynamo, FAKE_DYNAMO))];
  const server = forked(SERVER, [folder, ...dynamoPort]);
  try {
    const url = `http://127.0.0.1:${await messageOf<ConsoleFigure>(server, SERVER)}/api/`;
    console.log(`\n${engine}, an epoch of ${jobs} jobs`);
    console.log('  request                   first ms   again ms        kB   packed kB');
    for (const path of PATHS) {
      const [first, again] = [await timed(url + path), await timed(url + path)];
      const bytes = [first.text.length, gzipSync(first.text).length].map((length) => (length / 1e3).toFixed(1));
      const figures = [first.ms.toFixed(0), again.ms.toFixed(0), ...bytes].map((figure) => figure.padStart(11));
      console.log(`  ${path.padEnd(23)}${figures.join('')}`);
      if (jobs <= ABOUT * TARGET_JOBS && first.ms > MOST_SECONDS * 1000)
        misses.push(`${engine} ${path}: ${first.ms} ms`);
    }
    server.send('peak');
    const mib = await messageOf<ConsoleFigure>(server, SERVER);
    console.log(`  most memory of the server: ${mib.toFixed(0)} MiB`);
    if (jobs <= ABOUT * TARGET_JOBS && mib > MOST_MIB) misses.push(`${engine}: ${mib.toFixed(0)} MiB`);
    const page = await measurePage(new URL(`/epoch?id=${EPOCH}`, url).href);
    const figures = `${page.seconds.toFixed(2)} s, ${page.mib.toFixed(0)} MiB`;
    console.log(`  the page in Chromium: ${figures}`);
    if (jobs <= ABOUT * TARGET_JOBS && (page.seconds > MOST_SECONDS || page.mib > MOST_MIB)) {
      misses.push(`${engine}, in Chromium: ${figures}`);
    }
  } finally {
    server.disconnect();
    dynamo?.disconnect();
    await rm(folder, { recursive: true });
  }
}

async function timed(url: string): Promise<{ readonly ms: number; readonly text: string }> {
  const beganAt = performance.now();
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`);
  return { ms: performance.now() - beganAt, text };
}

function forked(program: string, args: readonly string[]): ChildProcess {
  return fork(new URL(program, import.meta.url), args);
}
