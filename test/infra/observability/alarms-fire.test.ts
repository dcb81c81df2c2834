import { parseEther } from 'viem';
import { beforeAll, describe, expect, it } from 'vitest';

import { metricsNamespace } from '../../../infra/metrics-namespace.ts';
import type { AgentGroup } from '../../../shared/agent-fleet/agent-fleet.ts';
import { LineTroubleKind } from '../../../shared/ledger/watched-nodes.ts';
import { Pool } from '../../../shared/proving-job/circuit-family.ts';
import type { Metrics } from '../../../shared/telemetry/metrics.ts';
import { anEnvironment } from '../an-environment.ts';
import { type DataPoint, pointsOf } from './data-point.ts';
import { isBreach, type SynthesisedAlarm } from './synthesised-alarm.ts';
import { synthesiseAlarms } from './synthesise-alarms.ts';
import {
  AT_MS,
  callL1,
  followL1,
  loseJob,
  runScalerOver,
  runScalerOverLine,
  seeL1,
  seeOutbox,
  stopTasks,
  watchLine,
} from './troubled-programs.ts';

const CONFIG = anEnvironment();
const NAMESPACE = metricsNamespace(CONFIG.prefix);

type Trouble = (of: string) => Promise<readonly DataPoint[]>;

/** Trouble that Coppice's own programs report. */
function written(program: (metrics: Metrics, of: string) => unknown): Trouble {
  return (of) => pointsOf(NAMESPACE, (metrics) => program(metrics, of));
}

/** Trouble that AWS measures, under its documented names. */
function measured(
  namespace: string,
  dimension: string,
  values: Readonly<Record<string, number>>,
  suffix = '',
): Trouble {
  return async (of) =>
    Object.entries(values).map(([name, value]) => ({
      namespace,
      name,
      dimensions: { [dimension]: `coppice-${of}${suffix}` },
      value,
    }));
}

const agents = (pool: Pool, desired: number, running: number): AgentGroup[] => [
  { pool, capacity: 'spot', desired, running },
  { pool, capacity: 'od', desired: 0, running: 0 },
];

/** For each article of the runbook, the trouble that calls for it. */
const TROUBLES: Readonly<Record<string, Trouble>> = {
  'epoch-slack': written((metrics) => seeL1(metrics, { unproven: [{ epoch: 5, deadlineAtMs: AT_MS + 599_000 }] })),
  'epoch-missed': written((metrics) => seeL1(metrics, { unproven: [], newestClosed: 5 })),
  'rejected-jobs': written((metrics) => loseJob(metrics, 'failure')),
  'outbox-waiting': written((metrics) => seeOutbox(metrics, 900)),
  'dead-letters': measured('AWS/SQS', 'QueueName', { NumberOfMessagesReceived: 1 }, '-dead-letters'),
  'dead-letters-stuck': measured(
    'AWS/SQS',
    'QueueName',
    { ApproximateNumberOfMessagesVisible: 0, ApproximateNumberOfMessagesNotVisible: 1 },
    '-dead-letters',
  ),
  'no-agents': written((metrics, of) => {
    const pool = Pool.parse(of);
    return runScalerOver(metrics, { groups: agents(pool, 1, 0), pool, waiting: 1 });
  }),
  'agents-below-desired': written((metrics, of) => {
    const pool = Pool.parse(of);
    return runScalerOver(metrics, { groups: agents(pool, 10, 7), pool, waiting: 10 });
  }),
  'crash-loop': written((metrics, of) => stopTasks(metrics, of, 1, of === 'node' ? 2 : 5)),
  'out-of-memory': written((metrics, of) =>
    of === 'prover' ? loseJob(metrics, 'out-of-memory') : stopTasks(metrics, of, 137),
  ),
  'scaler-silent': async () => [],
  'node-behind': written((metrics) => followL1(metrics, 301)),
  'daily-cost': written((metrics) =>
    runScalerOver(metrics, { groups: agents('small', 1, 1), pool: 'small', waiting: 1, dollarsToday: 50.01 }),
  ),
  'publisher-balance': written((metrics) => seeL1(metrics, { balancesWei: [parseEther('2'), parseEther('0.099')] })),
  'l1-rpc-failing': written((metrics) => callL1(metrics, 'is silent')),
  reorg: written((metrics, of) =>
    of === 'l1'
      ? seeL1(metrics, { followed: { blocks: [], replaced: 2 } })
      : seeL1(metrics, {}, { pendingCheckpoint: 13 }),
  ),
  'function-failing': measured('AWS/Lambda', 'FunctionName', { Errors: 1, Invocations: 1 }),
  'function-silent': async () => [],
  ...Object.fromEntries(
    LineTroubleKind.options.map((kind) => [kind, written((metrics) => watchLine(metrics, kind))] as const),
  ),
  'task-events-lost': () =>
    measured('AWS/SQS', 'QueueName', { ApproximateNumberOfMessagesVisible: 1 })('failed-invocations'),
};

/** The article that an alarm belongs to, and the subject in its name. */
function subjectOf({ name }: SynthesisedAlarm): { readonly article: string; readonly of: string } {
  const rest = name.slice(`${CONFIG.prefix}-`.length);
  const article = Object.keys(TROUBLES)
    .toSorted((a, b) => b.length - a.length)
    .find((one) => rest === one || rest.startsWith(`${one}-`));
  if (article === undefined) throw new Error(`no trouble makes ${name} fire`);
  return { article, of: rest.slice(article.length + 1) };
}

/** A healthy minute: each program has run once and found no trouble. */
async function aCalmMinute(): Promise<readonly DataPoint[]> {
  const own = await pointsOf(NAMESPACE, async (metrics) => {
    seeL1(metrics, {});
    seeOutbox(metrics, undefined);
    await callL1(metrics, 'answers');
    await followL1(metrics, 13);
    await watchLine(metrics, 'none');
    const groups = Pool.options.flatMap((pool) => agents(pool, 1, 1));
    await runScalerOver(metrics, { groups, pool: 'small', waiting: 1, dollarsToday: 49 });
  });
  return own;
}

describe('every alarm', () => {
  let alarms: readonly SynthesisedAlarm[];
  beforeAll(() => {
    alarms = synthesiseAlarms(CONFIG);
  });

  it('fires on its trouble: by name, namespace, dimensions, unit and threshold, as synthesised', async () => {
    expect(alarms.length).toBeGreaterThan(50);
    const quiet: string[] = [];
    for (const alarm of alarms) {
      const { article, of } = subjectOf(alarm);
      if (!isBreach(alarm, await TROUBLES[article]!(of))) quiet.push(alarm.name);
    }
    expect(quiet).toEqual([]);
  });

  it('has a trouble that makes it fire, and every trouble has an alarm', () => {
    const articles = new Set(alarms.map((alarm) => subjectOf(alarm).article));
    expect([...articles].sort()).toEqual(Object.keys(TROUBLES).sort());
  });

  it('stays quiet in a minute in which every program has run and found no trouble', async () => {
    const calm = await aCalmMinute();
    const fired: string[] = [];
    for (const alarm of alarms) {
      const { of } = subjectOf(alarm);
      const native = [
        ...(await measured('AWS/Lambda', 'FunctionName', { Errors: 0, Invocations: 1 })(of)),
        ...(await measured('AWS/SQS', 'QueueName', { NumberOfMessagesReceived: 0 }, '-dead-letters')(of)),
      ];
      if (isBreach(alarm, [...calm, ...native])) fired.push(alarm.name);
    }
    expect(fired).toEqual([]);
  });

  it('treats silence as trouble where a program should have written a metric', () => {
    const silent = alarms.filter((alarm) => isBreach(alarm, [])).map((alarm) => subjectOf(alarm).article);
    expect([...new Set(silent)].sort()).toEqual(['function-silent', 'l1-rpc-failing', 'node-behind', 'scaler-silent']);
  });

  it('ignores values of another fleet, another dimension or another unit', async () => {
    const alarm = alarms.find(({ name }) => name === 'coppice-crash-loop-small-spot')!;
    const points = await TROUBLES['crash-loop']!('small-spot');
    expect(isBreach(alarm, points)).toBe(true);
    expect(
      isBreach(
        alarm,
        points.map((point) => ({ ...point, namespace: 'Coppice/other' })),
      ),
    ).toBe(false);
    expect(
      isBreach(
        alarm,
        points.map((point) => ({ ...point, dimensions: {} })),
      ),
    ).toBe(false);
    expect(
      isBreach(
        alarm,
        points.map((point) => ({ ...point, unit: 'None' })),
      ),
    ).toBe(false);
  });
});

describe('the alarm on a line that does not drain', () => {
  it('fires four hours after the upgrade, where there are lines that end', async () => {
    const lined = synthesiseAlarms(anEnvironment({ lines: [{ aztec: '6.0.0' }] }));
    const alarm = lined.find(({ name }) => name === 'coppice-line-not-drained')!;
    const after = (hours: number): Promise<readonly DataPoint[]> =>
      pointsOf(NAMESPACE, (metrics) => runScalerOverLine(metrics, hours * 3_600_000));
    expect(isBreach(alarm, await after(3.9))).toBe(false);
    expect(isBreach(alarm, await after(4))).toBe(true);
    expect(synthesiseAlarms(CONFIG).map(({ name }) => name)).not.toContain(alarm.name);
  });
});
