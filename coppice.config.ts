import type { EnvironmentInput } from './infra/config/environment-config.ts';

/**
 * The environments to deploy, each a separate fleet: `npx cdk deploy 'test/*'`. `infra/config/environment-config.ts` says
 * what each field means and allows, `docs/deploy.md` how to proceed. Replace the addresses and the account of zeros
 * and the emails, and remove what you do not deploy: `cdk` refuses placeholders.
 */
const environments = {
  /** A small fleet on Aztec's testnet, which leaves nothing behind when it is destroyed. */
  test: {
    region: 'us-east-1',
    prefix: 'coppice-test',
    proofsBucket: 'coppice-test-proofs-000000000000',
    onDelete: 'destroy',
    logDays: 7,
    network: { availabilityZones: ['us-east-1a', 'us-east-1b'] },
    l1: {
      chainId: 11_155_111,
      network: 'testnet',
      registryAddress: '0x0000000000000000000000000000000000000000',
    },
    publisher: { signer: 'secret', proverId: '0x0000000000000000000000000000000000000000' },
    // Coppice's own node and agents. `[{ aztec: '6.0.0' }]` is Aztec's, and a second entry the network's next version.
    lines: [{ aztec: 'native' }],
    node: { vcpu: 2, memoryGib: 8, dataGib: 128 },
    pools: {
      small: { launch: 'fargate', vcpu: 4, memoryGib: 16, maxAgents: 4 },
      medium: { launch: 'fargate', vcpu: 8, memoryGib: 32, maxAgents: 4 },
      large: { launch: 'fargate', vcpu: 16, memoryGib: 120, maxAgents: 2 },
    },
    dailyBudgetDollars: 50,
    alarms: { emails: ['operator@example.com'] },
  },

  /** Mainnet: whole machines for the large circuits, a key that nobody can read, and no data that a mistake can delete. */
  production: {
    region: 'us-east-1',
    prefix: 'coppice',
    proofsBucket: 'coppice-proofs-000000000000',
    onDelete: 'retain',
    logDays: 90,
    network: { availabilityZones: ['us-east-1a', 'us-east-1b', 'us-east-1d'] },
    l1: { chainId: 1, network: 'mainnet', registryAddress: '0x0000000000000000000000000000000000000000' },
    publisher: { signer: 'kms', proverId: '0x0000000000000000000000000000000000000000', gasPriceMaxGwei: 200 },
    lines: [{ aztec: 'native' }],
    node: { vcpu: 8, memoryGib: 32, dataGib: 512, dataMibPerSecond: 500 },
    pools: {
      small: { launch: 'fargate', vcpu: 8, memoryGib: 32, maxAgents: 100 },
      medium: { launch: 'fargate', vcpu: 16, memoryGib: 64, maxAgents: 200 },
      large: {
        launch: 'ec2',
        vcpu: 62,
        memoryGib: 240,
        instanceTypes: ['m8a.16xlarge', 'm7a.16xlarge'],
        maxAgents: 40,
        // Of m8a.16xlarge; m7a.16xlarge is $3.709. For Spot see docs/deploy.md.
        dollarsPerHour: {
          spot: 'unknown',
          od: 3.895,
          asOf: '2026-07-20',
          source:
            'https://github.com/aws/karpenter-provider-aws/blob/1d927085/pkg/providers/pricing/zz_generated.pricing_aws.go',
        },
      },
    },
    dailyBudgetDollars: 2000,
    alarms: { emails: ['operator@example.com'], publisherMinimumEth: 0.5 },
  },
} satisfies Record<string, EnvironmentInput>;

export default environments;
