import { Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';

import type { EnvironmentConfig, EnvironmentInput } from '../../infra/config/environment-config.ts';
import { anEnvironment } from './an-environment.ts';
import { aStage, resourcesOf, textOf } from './synthesised-stage.ts';

const before = resourcesById(anEnvironment());

/** Every resource of every stack, as `<stack>/<logical id>`. */
function resourcesById(config: EnvironmentConfig): ReadonlyMap<string, string> {
  const stacks = aStage(config).node.children.filter((child) => child instanceof Stack);
  return new Map(
    stacks.flatMap((stack) =>
      Object.entries(resourcesOf(stack)).map(([id, resource]) => [`${stack.node.id}/${id}`, textOf(resource)] as const),
    ),
  );
}

/** The resources that a change of the environment changes, without the hashes that CDK appends to ids. */
function changedBy(change: Partial<EnvironmentInput>): readonly string[] {
  const { added, removed, changed } = difference(before, resourcesById(anEnvironment(change)));
  return [...added, ...removed, ...changed].toSorted();
}

function difference(
  from: ReadonlyMap<string, string>,
  to: ReadonlyMap<string, string>,
): Readonly<Record<'added' | 'removed' | 'changed', readonly string[]>> {
  const withoutHash = (ids: readonly string[]): readonly string[] =>
    ids.map((id) => id.replace(/[0-9A-F]{8}$/, '')).toSorted();
  return {
    added: withoutHash([...to.keys()].filter((id) => !from.has(id))),
    removed: withoutHash([...from.keys()].filter((id) => !to.has(id))),
    changed: withoutHash([...from.keys()].filter((id) => to.has(id) && from.get(id) !== to.get(id))),
  };
}

const { pools, publisher } = anEnvironment();

describe('a change of one value', () => {
  it('of nothing changes nothing', () => {
    expect(changedBy({})).toEqual([]);
  });

  it("of a pool's size changes the task of that pool and the price that the scaler is given", () => {
    expect(
      changedBy({ pools: { ...pools, small: { launch: 'fargate', vcpu: 8, memoryGib: 32, maxAgents: 4 } } }),
    ).toEqual(['Agents/smallTask', 'Functions/ScaleFleetFunction']);
  });

  it("of a pool's limit of agents changes the scaler's variables, and no agent", () => {
    expect(changedBy({ pools: { ...pools, small: { ...pools.small, maxAgents: 400 } } })).toEqual([
      'Functions/ScaleFleetFunction',
    ]);
  });

  it.each<[string, Partial<EnvironmentInput>, string]>([
    ['the hourly budget', { scaling: { dollarsPerHour: 100, mayCrossBudget: true } }, 'ScaleFleet'],
    ['the agents that a pool keeps', { pools: { ...pools, small: { ...pools.small, minAgents: 1 } } }, 'ScaleFleet'],
    [
      'when roots are submitted',
      { publisher: { ...publisher, submitWhen: 'when-profitable', epochRewardEth: 0.1 } },
      'SubmitRoot',
    ],
  ])('of %s changes the variables of one function', (_what, change, name) => {
    expect(changedBy(change)).toEqual([`Functions/${name}Function`]);
  });

  it("of the network's zones changes the network and the placement of tasks", () => {
    const zones = ['us-east-1a', 'us-east-1b', 'us-east-1c'];
    const changed = changedBy({ network: { availabilityZones: zones } });
    const beyond = changed.filter((id) => !id.startsWith('Network/'));
    expect(beyond).toEqual(
      [
        ...['OnDemandInstances', 'SpotInstances'].map((id) => `Agents/large${id}`),
        ...['large', 'medium', 'small'].flatMap((pool) =>
          ['OnDemandService', 'SpotService'].map((id) => `Agents/${pool}${id}`),
        ),
        'Node/NodeService',
      ].toSorted(),
    );
  });

  it('of a setting of the node changes only its task', () => {
    expect(changedBy({ node: { variables: { SYNC_MODE: 'full' } } })).toEqual(['Node/NodeTask']);
  });

  it('of the recipients of alarms changes only the recipients', () => {
    const changed = changedBy({ alarms: { emails: ['other@example.com'] } });
    expect(changed).not.toEqual([]);
    expect(changed.filter((id) => !id.startsWith('Observability/'))).toEqual([]);
  });
});

describe('a version line', () => {
  const both = resourcesById(anEnvironment({ lines: [{ aztec: '5.2.0' }, { aztec: '6.0.0' }] }));
  const next = resourcesById(anEnvironment({ lines: [{ aztec: '6.0.0' }] }));
  /** What serves every line: which lines there are, the queues that functions may use, and what people see. */
  const SHARED = [
    ...['ScaleFleet', 'SettleDeadLetters', 'SubmitRoot', 'SweepLedger', 'WatchL1', 'WatchTasks'].map(
      (name) => `Functions/${name}Function`,
    ),
    ...['ScaleFleet', 'SettleDeadLetters', 'SweepLedger'].map((name) => `Functions/${name}RoleDefaultPolicy`),
    'Observability/Dashboard',
    'Observability/PageAlarm',
  ].toSorted();

  it('that is removed takes its own resources with it, and touches none of another line', () => {
    const { added, removed, changed } = difference(both, next);
    expect(added).toEqual([]);
    expect(removed.filter((id) => !id.includes('v5'))).toEqual([]);
    expect(removed.filter((id) => !id.startsWith('Observability/'))).toEqual(
      expect.arrayContaining([
        'Agents/v5largeOnDemandService',
        'Agents/v5smallSpotService',
        'Functions/DeadLettersv5mediumurgent',
        'Node/v5NodeService',
        'State/v5QueuesLargeUrgentDeadLetters',
        'State/v5QueuesSmallNormal',
      ]),
    );
    expect(changed).toEqual(SHARED);
  });

  it('that joins the native line of a deployed fleet changes nothing of it', () => {
    const joined = resourcesById(anEnvironment({ lines: [{ aztec: 'native' }, { aztec: '6.0.0' }] }));
    const { added, removed, changed } = difference(before, joined);
    // The first official line brings the secret of all of them, and the alarm on lines that do not end.
    expect(added.filter((id) => !id.includes('v6'))).toEqual([
      'Observability/linenotdrainedAlarm',
      'State/OfficialSecret',
    ]);
    expect(removed).toEqual([]);
    expect(changed).toEqual(SHARED);
  });

  it('that moves to the next patch keeps its resources', () => {
    const patched = resourcesById(anEnvironment({ lines: [{ aztec: '5.2.0' }, { aztec: '6.0.1' }] }));
    const { added, removed, changed } = difference(both, patched);
    expect([added, removed]).toEqual([[], []]);
    expect(changed.filter((id) => id.includes('v5'))).toEqual([]);
    expect(changed).toEqual(expect.arrayContaining(['Agents/v6smallTask', 'Node/v6NodeTask']));
  });
});
