import type { Devnet } from '../../../containers/devnet/devnet.ts';
import type { EnvironmentInput } from '../../../infra/config/environment-config.ts';

/** Where the images of the fleets that tests deploy would be. */
export const REGISTRY = '123456789012.dkr.ecr.us-east-1.amazonaws.com';

/** What the environment says by itself, so that no variable of a node may. */
const SAID_ELSEWHERE = ['ETHEREUM_HOSTS', 'L1_CHAIN_ID', 'REGISTRY_CONTRACT_ADDRESS'];

/** What is particular to one fleet. */
export type OfFleet = Pick<EnvironmentInput, 'prefix' | 'proofsBucket' | 'images'> &
  Partial<Pick<EnvironmentInput, 'node' | 'lines'>> & {
    /** The account that earns and submits. */
    readonly publisher: string;
  };

/** A fleet for the devnet, as an operator would write it for a network of their own. */
export function environmentFor(
  { l1ChainId, registryAddress }: Pick<Devnet, 'l1ChainId' | 'registryAddress'>,
  { publisher, ...fleet }: OfFleet,
): EnvironmentInput {
  return {
    region: 'us-east-1',
    onDelete: 'destroy',
    network: { availabilityZones: ['us-east-1a', 'us-east-1b'] },
    l1: { chainId: l1ChainId, registryAddress, secretVariables: ['ETHEREUM_HOSTS'] },
    publisher: { signer: 'secret', proverId: publisher },
    pools: {
      small: { launch: 'fargate', vcpu: 4, memoryGib: 16, maxAgents: 4 },
      medium: { launch: 'fargate', vcpu: 8, memoryGib: 32, maxAgents: 4 },
      large: { launch: 'fargate', vcpu: 16, memoryGib: 120, maxAgents: 2 },
    },
    dailyBudgetDollars: 50,
    alarms: { emails: ['operator@example.com'] },
    ...fleet,
  };
}

/** The variables of a node for the devnet. */
export function nodeVariablesFor({
  proverNodeEnvironment,
}: Pick<Devnet, 'proverNodeEnvironment'>): Record<string, string> {
  return Object.fromEntries(Object.entries(proverNodeEnvironment).filter(([name]) => !SAID_ELSEWHERE.includes(name)));
}
