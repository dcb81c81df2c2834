import {
  type EnvironmentConfig,
  type EnvironmentInput,
  parseEnvironment,
} from '../../infra/config/environment-config.ts';

const ADDRESS = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';

const REGISTRY = '123456789012.dkr.ecr.us-east-1.amazonaws.com';

/** An environment with both kinds of pool, as an operator would write it. */
export function anEnvironment(change: Partial<EnvironmentInput> = {}): EnvironmentConfig {
  const input: EnvironmentInput = {
    account: '123456789012',
    region: 'us-east-1',
    prefix: 'coppice',
    proofsBucket: 'coppice-proofs-123456789012',
    network: { availabilityZones: ['us-east-1a', 'us-east-1b'] },
    l1: { chainId: 31_337, registryAddress: ADDRESS },
    publisher: { signer: 'secret', proverId: ADDRESS },
    pools: {
      small: { launch: 'fargate', vcpu: 4, memoryGib: 16, maxAgents: 4 },
      medium: { launch: 'fargate', vcpu: 8, memoryGib: 32, maxAgents: 4 },
      large: {
        launch: 'ec2',
        vcpu: 62,
        memoryGib: 240,
        instanceTypes: ['m8a.16xlarge'],
        maxAgents: 2,
        dollarsPerHour: { spot: 1.6, od: 3.71, asOf: '2026-11-28', source: 'https://example.com/prices' },
      },
    },
    // CDK takes a while to hash the sources of images that it would build, even when it builds none.
    images: { node: `${REGISTRY}/coppice-node:4.1.2`, agent: `${REGISTRY}/coppice-agent:4.1.2` },
    dailyBudgetDollars: 50,
    alarms: { emails: ['operator@example.com'] },
    ...change,
  };
  return parseEnvironment('test', input);
}
