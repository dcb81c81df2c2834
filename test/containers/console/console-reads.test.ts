import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { EpochJobs } from '../../../containers/console/api/epoch-jobs.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { jobsOf, epochOfJobs } from '../../bench/scale/epoch-of-jobs.ts';
import { seedFleet } from '../../fixtures/seed-fleet.ts';
import { startConsole } from '../../fixtures/start-console.ts';

const PAGE = ['fleet', 'epochs', 'epochs/7', 'epochs/7/jobs', 'agents', 'decisions', 'incidents'];
const VIEWERS = 5;
const MANY_JOBS = 500;
/** So that 10,000 jobs stay below a megabyte. */
const MOST_BYTES_PER_JOB = 90;

/** The engine, and each call of a port that reads or writes, by its name. */
function counted(engine: Engine): { readonly engine: Engine; readonly calls: string[] } {
  const calls: string[] = [];
  const watched = Object.fromEntries(
    Object.entries(engine).map(([portName, port]: [string, unknown]) => [
      portName,
      typeof port !== 'object' || port === null || portName === 'unreadable'
        ? port
        : new Proxy(port, {
            get(target, name) {
              const value: unknown = Reflect.get(target, name, target);
              if (typeof value !== 'function') return value;
              return (...args: unknown[]): unknown => {
                calls.push(`${portName}.${String(name)}`);
                return Reflect.apply(value, target, args) as unknown;
              };
            },
          }),
    ]),
  ) as unknown as Engine;
  return { engine: watched, calls };
}

describe('what the console reads of a fleet', () => {
  let harness: EmbeddedHarness;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
  });
  afterEach(() => harness.close());

  it('is nothing while no page is open, and as much for many viewers as for one', async () => {
    await seedFleet(harness);
    const { engine, calls } = counted(harness.engine);
    let steadyMs = 0;
    const server = await startConsole(engine, {}, { nowMs: () => harness.nowMs(), steadyMs: () => steadyMs });
    const view = async (): Promise<void> => {
      for (const path of PAGE) expect((await fetch(new URL(`api/${path}`, server.url))).status).toBe(200);
    };
    expect(calls).toEqual([]);
    await view();
    const ofOne = calls.splice(0);
    expect(ofOne.filter((call) => call === 'jobs.jobsOfEpoch')).toHaveLength(1);
    await Promise.all(Array.from({ length: VIEWERS }, view));
    expect(calls).toEqual([]);
    steadyMs += 3_600_000;
    await Promise.all(Array.from({ length: VIEWERS }, view));
    expect(calls.length).toBeLessThanOrEqual(ofOne.length);
    expect(new Set(calls).isSubsetOf(new Set(ofOne))).toBe(true);
    await server.stop();
  });

  it('changes nothing: it calls nothing but what reads', async () => {
    await seedFleet(harness);
    const { engine, calls } = counted(harness.engine);
    const server = await startConsole(engine, {}, { nowMs: () => harness.nowMs() });
    for (const path of [...PAGE, 'epochs/7/cost', 'jobs/7:PARITY_BASE', 'epochs/8', 'jobs/7:PARITY_BASE:00']) {
      await (await fetch(new URL(`api/${path}`, server.url))).text();
    }
    expect([...new Set(calls)].toSorted()).toEqual([
      'agents.seenWithin',
      'decisions.latest',
      'disks.spaces',
      'epochs.find',
      'epochs.latest',
      'incidents.latest',
      'jobs.jobsOfEpoch',
      'jobs.someProven',
      'jobs.tally',
      'notes.of',
      'outbox.find',
      'outbox.open',
      'queue.deadLetters',
      'queue.depths',
    ]);
    await server.stop();
  });

  it('stays small for an epoch of many jobs', async () => {
    const epoch = epochOfJobs(7, MANY_JOBS, harness.nowMs());
    await harness.engine.epochs.open(epoch);
    for (const job of jobsOf(epoch)) await harness.engine.jobs.record(job);
    const server = await startConsole(harness.engine, {}, { nowMs: () => harness.nowMs() });
    const body = await (await fetch(new URL('api/epochs/7/jobs', server.url))).text();
    const { columns, circuits } = EpochJobs.parse(JSON.parse(body));
    expect(columns.hash.length).toBeGreaterThanOrEqual(MANY_JOBS / 2);
    expect(columns.parent.filter((place) => place === -1)).toHaveLength(1);
    expect(circuits.reduce((sum, { expected }) => sum + expected, 0)).toBe(columns.hash.length);
    expect(body.length / columns.hash.length).toBeLessThan(MOST_BYTES_PER_JOB);
    await server.stop();
  });
});
