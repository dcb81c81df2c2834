import { describe, expect, it } from 'vitest';

import environments from '../../coppice.config.ts';
import { type EnvironmentInput, parseEnvironment } from '../../infra/config/environment-config.ts';
import { assertFilledIn } from '../../infra/config/placeholders.ts';
import { filledIn } from './filled-in.ts';

const { production } = environments;
const PRICES = { spot: 1, od: 2, asOf: '2026-11-28', source: 'https://example.com/prices' };

function refusalOf(change: Readonly<Record<string, unknown>>): string {
  try {
    parseEnvironment('production', { ...production, ...change });
    return 'taken';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('the configuration of an environment', () => {
  it('is valid for the environments that come with the project', () => {
    for (const [name, input] of Object.entries(environments)) {
      expect(parseEnvironment(name, input).prefix).toBe(input.prefix);
    }
  });

  it('retains data and notifies somebody unless it says otherwise', () => {
    const { onDelete: _onDelete, logDays: _logDays, ...rest } = production;
    const config = parseEnvironment('production', rest satisfies EnvironmentInput);
    expect(config).toMatchObject({ onDelete: 'retain', logDays: 30, alarms: { epochSlackSeconds: 600 } });
  });

  it.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ['a misspelt field', { prefx: 'coppice' }, /Unrecognized key: "prefx"/],
    ['a prefix with capitals', { prefix: 'Coppice' }, /must be up to 20 lower-case letters.*\n.*at prefix/],
    ['a prefix that ECS keeps for itself', { prefix: 'aws-prover' }, /must not begin with aws, ecs or fargate/],
    [
      'a bucket that is not named',
      { proofsBucket: undefined },
      /must be the name of a bucket: '<prefix>-proofs-<account>'/,
    ],
    ['an account with a letter', { account: '12345678901x' }, /must be an account: 12 digits/],
    [
      'a zone of another region',
      { network: { availabilityZones: ['us-east-1a', 'eu-west-1a'] } },
      /must be in the region us-east-1, got eu-west-1a/,
    ],
    ['a single zone', { network: { availabilityZones: ['us-east-1a'] } }, />=2 items/],
    [
      'a network without a prefix length',
      { network: { ...production.network, cidr: '10.0.0.0' } },
      /Invalid IPv4 range[^]*at network.cidr/,
    ],
    ['a retention that CloudWatch does not support', { logDays: 8 }, /at logDays/],
    [
      'more agents to keep than the pool allows',
      { pools: { ...production.pools, small: { ...production.pools.small, minAgents: 101 } } },
      /must be at most maxAgents, 100, got 101[^]*at pools.small.minAgents/,
    ],
    [
      'a condition of profit without the reward of an epoch',
      { publisher: { ...production.publisher, submitWhen: 'when-profitable' } },
      /must say what an epoch pays[^]*at publisher.epochRewardEth/,
    ],
    ['alarms that notify nobody', { alarms: {} }, /must have an email or a topicArn, or nobody is notified/],
    [
      'a target that is a queue instead of a topic',
      { alarms: { topicArns: ['arn:aws:sqs:us-east-1:123456789012:x'] } },
      /must be the ARN of sns/,
    ],
    ['a budget of nothing', { dailyBudgetDollars: 0 }, /at dailyBudgetDollars/],
    ['a prover without an address', { publisher: { signer: 'kms', proverId: '0x12' } }, /must be an Ethereum address/],
    [
      'a registry with a wrong checksum',
      { l1: { ...production.l1, registryAddress: '0x70997970C51812dc3A010C7d01b50e0d17dc79c8' } },
      /has a wrong checksum: compare every digit[^]*at l1.registryAddress/,
    ],
    [
      'an L1 without a secret for its URLs',
      { l1: { ...production.l1, secretVariables: ['L1_CONSENSUS_HOST_URLS'] } },
      /must have ETHEREUM_HOSTS/,
    ],
    [
      'a key among the variables',
      { node: { variables: { ETHEREUM_HOSTS: 'https://l1.example/key' } } },
      /carries a key: name it in l1.secretVariables/,
    ],
    [
      'a private key among the variables',
      { node: { variables: { PROVER_PUBLISHER_PRIVATE_KEY: 'x' } } },
      /is set by the stacks/,
    ],
    [
      'an image of a public registry',
      { images: { node: 'ghcr.io/coppice/node:1', agent: 'ghcr.io/coppice/agent:1' } },
      /must be an image in ECR: agents reach no other registry/,
    ],
  ])('refuses %s, and says what is allowed', (_what, change, refusal) => {
    expect(refusalOf(change)).toMatch(refusal);
  });

  it.each<[string, unknown, RegExp]>([
    [
      'more than Fargate has',
      { launch: 'fargate', vcpu: 32, memoryGib: 64, maxAgents: 1 },
      /Fargate has tasks of 1, 2, 4, 8, 16 vCPU, got 32; above 16 vCPU or 120 GiB it takes launch: 'ec2'/,
    ],
    [
      'memory that Fargate does not offer',
      { launch: 'fargate', vcpu: 16, memoryGib: 124, maxAgents: 1 },
      /a Fargate task of 16 vCPU has 32 to 120 GiB of memory in steps of 8, got 124/,
    ],
    [
      'instances without their price',
      { launch: 'ec2', vcpu: 62, memoryGib: 240, instanceTypes: ['m8a.*'], maxAgents: 1 },
      /at pools.large.dollarsPerHour/,
    ],
    [
      'an invalid instance type',
      {
        launch: 'ec2',
        vcpu: 62,
        memoryGib: 240,
        instanceTypes: ['large'],
        maxAgents: 1,
        dollarsPerHour: PRICES,
      },
      /must be a type or a family/,
    ],
    ...[
      { ...PRICES, asOf: 'from memory' },
      { spot: 1, od: 2 },
    ].map((dollarsPerHour): [string, unknown, RegExp] => [
      `instances with a price that has no day (${JSON.stringify(dollarsPerHour)})`,
      { launch: 'ec2', vcpu: 62, memoryGib: 240, instanceTypes: ['m8a.*'], maxAgents: 1, dollarsPerHour },
      /at pools.large.dollarsPerHour.asOf/,
    ]),
    ['no agents at all', { launch: 'fargate', vcpu: 4, memoryGib: 16, maxAgents: 0 }, /at pools.large.maxAgents/],
  ])('refuses a pool of %s', (_what, large, refusal) => {
    expect(refusalOf({ pools: { ...production.pools, large } })).toMatch(refusal);
  });

  it('refuses a pool of GPUs on Fargate, which offers none', () => {
    const gpu = { launch: 'fargate', vcpu: 4, memoryGib: 16, maxAgents: 1 };
    expect(refusalOf({ pools: { ...production.pools, gpu } })).toMatch(/must have launch: 'ec2' and gpus/);
  });

  it('refuses a pool that holds no circuit', () => {
    const gpu = { ...production.pools.large, gpus: 1 };
    expect(refusalOf({ pools: { ...production.pools, gpu } })).toMatch(
      /must be left out: it holds no circuit of 4\.1\.2/,
    );
  });

  it('lists every mistake at once', () => {
    const refusal = refusalOf({ prefix: 'X', dailyBudgetDollars: -1, logDays: 8 });
    expect(refusal).toMatch(/environment production in coppice.config.ts is invalid/);
    for (const place of ['prefix', 'dailyBudgetDollars', 'logDays']) expect(refusal).toContain(`at ${place}`);
  });
});

describe('an environment with placeholders', () => {
  const check = (change: (input: EnvironmentInput) => EnvironmentInput) => (): void =>
    assertFilledIn('production', parseEnvironment('production', change(production)));

  it('is refused as it comes with the project, with every placeholder', () => {
    expect(check((input) => input)).toThrow(
      'environment production in coppice.config.ts still has placeholders: fill them in, or remove the environment\n' +
        '✖ proofsBucket has the account 000000000000 in it: coppice-proofs-000000000000\n' +
        '✖ l1.registryAddress is the zero address\n' +
        '✖ publisher.proverId is the zero address\n' +
        '✖ alarms.emails has operator@example.com, which nobody reads',
    );
  });

  it('is refused for the account that submits, too', () => {
    const zero = `0x${'0'.repeat(40)}`;
    expect(
      check((input) => ({ ...filledIn(input), publisher: { ...filledIn(input).publisher, address: zero } })),
    ).toThrow('✖ publisher.address is the zero address');
  });

  it('is accepted once it is filled in', () => {
    expect(check(filledIn)).not.toThrow();
  });
});
