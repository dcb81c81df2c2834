import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openEmbeddedEngine } from '../../../../shared/engine/embedded/embedded-engine.ts';
import type { Engine } from '../../../../shared/engine/engine.ts';
import type { NewJob } from '../../../../shared/ledger/job-ledger.ts';
import type { Settlement } from '../../../../shared/ledger/settlement-feed.ts';
import { NativeCircuit } from '../../../../shared/proving-job/circuit-catalogue.ts';
import { messageOf } from '../../../../shared/proving-job/job-message.ts';
import { aNewJob } from '../../../contract/a-new-job.ts';
import { SeededRandom } from '../../merge-tree/seeded-random.ts';
import type { OpeningOrder } from '../processes/opening-thread.ts';
import { startProcess } from '../start-process.ts';
import { epochIdOf } from '../../../../shared/proving-job/proving-job-id.ts';

/** Set COPPICE_TEST_SEED to the number in a title to see the same jobs die at the same steps again. */
const SEED = Number(process.env['COPPICE_TEST_SEED'] ?? Math.floor(Math.random() * 1_000_000));

/** Without care, opening a new file fails in one round of thirty or so. */
const OPENING_ROUNDS = 200;
const OPENERS = 6;

const LEASE_SECONDS = 0.5;
const AGENTS = 4;
const JOBS = 300;
/** Agents that die before the rest live on: each costs a lease. */
const DEATHS = 12;
const DEATHS_IN_HUNDRED_STEPS = 3;

describe('the embedded engine between processes', () => {
  let dataDirectory: string;
  let processes: ChildProcess[];
  beforeEach(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'coppice-processes-'));
    processes = [];
  });
  afterEach(async () => {
    await Promise.all(
      processes.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      }),
    );
    await rm(dataDirectory, { recursive: true });
  });

  function start(program: string, ...programArguments: (string | number)[]): ChildProcess {
    const child = startProcess(program, dataDirectory, ...programArguments);
    processes.push(child);
    return child;
  }

  it('is made once, whole, by connections that all open it at the same moment', async () => {
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const program = new URL('../processes/opening-thread.ts', import.meta.url);
    const threads = Array.from({ length: OPENERS }, () => new Worker(program, { workerData: gate.buffer }));
    const answers = (): Promise<unknown[]> =>
      Promise.all(threads.map(async (thread) => ((await once(thread, 'message')) as unknown[])[0]));
    for (let round = 0; round < OPENING_ROUNDS; round++) {
      Atomics.store(gate, 0, 0);
      const order: OpeningOrder = { dataDirectory: join(dataDirectory, String(round)) };
      const waiting = answers();
      for (const thread of threads) thread.postMessage(order);
      await waiting;
      const opened = answers();
      Atomics.store(gate, 0, 1);
      Atomics.notify(gate, 0);
      expect(await opened).toEqual(threads.map(() => 'opened'));
      const engine = openEmbeddedEngine({ ...order, leaseSeconds: 1 });
      expect(await engine.incidents.latest(100)).toHaveLength(OPENERS);
      await engine.close();
    }
    await Promise.all(threads.map((thread) => thread.terminate()));
  });

  it(`settles and reports every job once, though agents are killed and messages doubled (seed ${SEED})`, async () => {
    const random = new SeededRandom(SEED);
    const watcher = start('settlement-watcher.ts');
    await once(watcher, 'message');
    const heard: Settlement[] = [];
    watcher.on('message', (settlement) => heard.push(settlement as Settlement));

    const engine = openEmbeddedEngine({ dataDirectory, leaseSeconds: LEASE_SECONDS });
    const jobs = Array.from({ length: JOBS }, (_, index) =>
      aNewJob(NativeCircuit.options[index % NativeCircuit.options.length]),
    );
    await ask(engine, jobs);
    doubleMessages(dataDirectory, random);

    let deaths = 0;
    const replaceWhenKilled = (): void => {
      const deathsInHundred = deaths < DEATHS ? DEATHS_IN_HUNDRED_STEPS : 0;
      const agent = start('crashing-agent.ts', LEASE_SECONDS, random.below(2 ** 31), deathsInHundred);
      agent.on('exit', (_, signal) => {
        if (signal !== 'SIGKILL' || isOver) return;
        deaths += 1;
        replaceWhenKilled();
      });
    };
    let isOver = false;
    for (let agent = 0; agent < AGENTS; agent++) replaceWhenKilled();

    await expect.poll(() => heard.length, { interval: 20 }).toBeGreaterThanOrEqual(JOBS);
    await expect.poll(() => engine.queue.depths(), { interval: 20 }).toEqual([]);
    isOver = true;

    expect(deaths).toBeGreaterThan(AGENTS);
    expect(heard.map(({ jobId }) => jobId).toSorted()).toEqual(jobs.map(({ id }) => id).toSorted());
    const records = await engine.jobs.jobsOfEpoch(epochIdOf(jobs[0]!.id));
    expect(records.map(({ id, state }) => [id, state])).toEqual(jobs.map(({ id }) => [id, 'proven']));
    for (const { proof } of records) await engine.proofs.get(proof!);
    expect(await engine.queue.deadLetters()).toEqual([]);
    await engine.close();
  });
});

async function ask(engine: Engine, jobs: readonly NewJob[]): Promise<void> {
  for (const job of jobs) await engine.jobs.record(job);
  await engine.queue.enqueue(jobs.map(messageOf));
  await engine.jobs.markEnqueued(jobs.map(({ id }) => id));
}

/** Doubles every third message or so, as a queue that delivers at least once may. */
function doubleMessages(dataDirectory: string, random: SeededRandom): void {
  const database = new DatabaseSync(join(dataDirectory, 'coppice.sqlite'));
  const double = database.prepare(
    `insert into messages (pool, lane, job_id, body, visible_steady_ms)
     select pool, lane, job_id, body, visible_steady_ms from messages where id = ?`,
  );
  for (const { id } of database.prepare('select id from messages').all())
    if (random.below(3) === 0) double.run(id ?? null);
  database.close();
}
