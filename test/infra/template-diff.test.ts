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
  const after = resourcesById(anEnvironment(change));
  const ids = [...new Set([...before.keys(), ...after.keys()])];
  return ids
    .filter((id) => before.get(id) !== after.get(id))
    .map((id) => id.replace(/[0-9A-F]{8}$/, ''))
    .toSorted();
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
