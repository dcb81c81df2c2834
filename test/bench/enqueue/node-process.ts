import { fork } from 'node:child_process';
import { once } from 'node:events';

import { pino } from 'pino';

import { openAwsEngine } from '../../../shared/engine/aws/aws-engine.ts';
import { RangeId } from '../../../shared/ledger/job-ledger.ts';
import { ProofRequests, type ProofRequestsDeps, requestTurns } from '../../../shared/proof-requests/proof-requests.ts';
import { Turns } from '../../../shared/retry/turns.ts';
import type { EnqueueResult, EnqueueRun } from './enqueue-run.ts';
import { epochId } from '../../fixtures/epoch-id.ts';

/** The node of one {@link EnqueueRun}, which its only argument describes in JSON; sends its {@link EnqueueResult}. */
const RECONCILE_MS = 5_000;
/** Aztec's orchestrator lets other work run after so many requests. */
const ASKED_AT_ONCE = 50;
const CHECK_MS = 100;

process.env['AWS_ACCESS_KEY_ID'] ??= 'bench';
process.env['AWS_SECRET_ACCESS_KEY'] ??= 'bench';
const run = JSON.parse(process.argv[2] ?? '') as EnqueueRun;
const server = fork(new URL('fake-aws.ts', import.meta.url), [String(run.answerMs)], { execArgv: [] });
const [port] = (await once(server, 'message')) as [number];
const endpoint = `http://127.0.0.1:${port}`;
const log = pino({ level: 'silent' });
const aws = openAwsEngine({ prefix: 'bench', connection: { region: 'us-east-1', endpoint }, leaseSeconds: 120 });

let failedCalls = 0;
const enqueued = new Set<string>();
const queue = countFailures(aws.queue);
const engine: ProofRequestsDeps['engine'] = {
  proofs: countFailures(aws.proofs),
  jobs: countFailures(aws.jobs),
  incidents: aws.incidents,
  // No settlement is reported: the fake has no stream.
  settlements: { subscribe: () => () => undefined },
  queue: new Proxy(queue, {
    get(target, name) {
      if (name !== 'enqueue') return Reflect.get(target, name) as unknown;
      return async (...given: Parameters<typeof queue.enqueue>): Promise<void> => {
        await queue.enqueue(...given);
        for (const { jobId } of given[0]) enqueued.add(jobId);
      };
    },
  }),
};

let result: Omit<EnqueueResult, 'peakRssBytes'>;
if (run.phase === 'ask') {
  result = await measure(run.isBounded, () => enqueued.size);
} else {
  await measure(true, () => enqueued.size);
  await fetch(`${endpoint}/prove`, { method: 'POST' });
  result = await measure(run.isBounded, (taken) => taken);
}
process.send?.({ ...result, peakRssBytes: process.resourceUsage().maxRSS * 1024 } satisfies EnqueueResult, () =>
  process.exit(0),
);

/** A node that asks for all jobs, until `doneOf` the proofs that it has taken says that it is done. */
async function measure(
  isBounded: boolean,
  doneOf: (taken: number) => number,
): Promise<Omit<EnqueueResult, 'peakRssBytes'>> {
  failedCalls = 0;
  let taken = 0;
  const requests = new ProofRequests({
    engine,
    epochId: epochId(7),
    rangeId: RangeId.parse('bench'),
    networkVersion: '4.1.2',
    reconcileMs: RECONCILE_MS,
    turns: isBounded ? requestTurns() : new Turns(Infinity),
    log,
  });
  requests.start();
  const startedAtMs = performance.now();
  const secondsGone = (): number => (performance.now() - startedAtMs) / 1000;
  for (let number = 0; number < run.jobs; number += 1) {
    requests.prove({ circuit: 'PUBLIC_CHONK_VERIFIER', inputs: () => inputsOf(number), children: [], parse }).then(
      () => (taken += 1),
      () => undefined,
    );
    if (number % ASKED_AT_ONCE === ASKED_AT_ONCE - 1) await new Promise(setImmediate);
  }
  while (doneOf(taken) < run.jobs && secondsGone() < run.patienceSeconds) {
    await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
  }
  const measured = { done: doneOf(taken), seconds: secondsGone(), failedCalls };
  requests.stop(new Error('the run is over'));
  return measured;
}

function inputsOf(number: number): Buffer {
  const bytes = Buffer.alloc(run.inputsBytes);
  bytes.writeUInt32LE(number);
  return bytes;
}

function parse(bytes: Uint8Array): Uint8Array {
  return bytes;
}

function countFailures<Port extends object>(engine: Port): Port {
  return new Proxy(engine, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value !== 'function') return value;
      return async (...given: unknown[]): Promise<unknown> => {
        try {
          return await (Reflect.apply(value, target, given) as Promise<unknown>);
        } catch (error) {
          failedCalls += 1;
          throw error;
        }
      };
    },
  });
}
