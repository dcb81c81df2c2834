import type { EnvironmentInput } from './infra/config/environment-config.ts';

/**
 * The environments to deploy, each a fleet of its own: `npx cdk deploy 'test/*'`. What each field means, and what it may
 * be, is in `infra/config/environment-config.ts`; how to go about it in `docs/deploy.md`. The addresses are to be replaced.
 */
const environments = {
  /** A small one on Aztec's testnet, which leaves nothing behind when it is destroyed. */
  test: {
    region: 'us-east-1',
    prefix: 'coppice-test',
    onDelete: 'destroy',
    logDays: 7,
    network: { availabilityZones: ['us-east-1a', 'us-east-1b'] },
    l1: {
      chainId: 11_155_111,
      network: 'testnet',
      registryAddress: '0x0000000000000000000000000000000000000000',
    },
    publisher: { signer: 'secret', proverId: '0x0000000000000000000000000000000000000000' },
    node: { vcpu: 2, memoryGib: 8, dataGib: 128 },
    pools: {
      small: { launch: 'fargate', vcpu: 4, memoryGib: 16, maxAgents: 4 },
      medium: { launch: 'fargate', vcpu: 8, memoryGib: 32, maxAgents: 4 },
      large: { launch: 'fargate', vcpu: 16, memoryGib: 120, maxAgents: 2 },
    },
    dailyBudgetDollars: 50,
    alarms: { emails: ['operator@example.com'] },
  },

  /** Mainnet: whole machines for the large circuits, a key that nobody can read, and nothing that a mistake deletes. */
  production: {
    region: 'us-east-1',
    prefix: 'coppice',
    onDelete: 'retain',
    logDays: 90,
    network: { availabilityZones: ['us-east-1a', 'us-east-1b', 'us-east-1d'] },
    l1: { chainId: 1, network: 'mainnet', registryAddress: '0x0000000000000000000000000000000000000000' },
    publisher: { signer: 'kms', proverId: '0x0000000000000000000000000000000000000000', gasPriceMaxGwei: 200 },
    node: { vcpu: 8, memoryGib: 32, dataGib: 512 },
    pools: {
      small: { launch: 'fargate', vcpu: 8, memoryGib: 32, maxAgents: 100 },
      medium: { launch: 'fargate', vcpu: 16, memoryGib: 64, maxAgents: 200 },
      large: {
        launch: 'ec2',
        vcpu: 62,
        memoryGib: 240,
        instanceTypes: ['m8a.16xlarge', 'm7a.16xlarge'],
        maxAgents: 40,
        dollarsPerHour: { spot: 1.6, od: 3.71 },
      },
      gpu: {
        launch: 'ec2',
        vcpu: 14,
        memoryGib: 56,
        instanceTypes: ['g6.4xlarge', 'g6e.4xlarge'],
        gpus: 1,
        maxAgents: 2,
        bbBinaryPath: '/opt/bb-gpu/bb',
        dollarsPerHour: { spot: 0.6, od: 1.32 },
      },
    },
    dailyBudgetDollars: 2000,
    alarms: { emails: ['operator@example.com'], publisherMinimumEth: 0.5 },
  },
} satisfies Record<string, EnvironmentInput>;

export default environments;
