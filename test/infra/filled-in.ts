import type { EnvironmentInput } from '../../infra/config/environment-config.ts';

const ADDRESS = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';

/** The environment with values in place of the addresses and the email that an operator has to fill in. */
export function filledIn(input: EnvironmentInput): EnvironmentInput {
  return {
    ...input,
    proofsBucket: input.proofsBucket.replace(/0{12}/, '123456789012'),
    l1: { ...input.l1, registryAddress: ADDRESS },
    publisher: { ...input.publisher, proverId: ADDRESS },
    alarms: { ...input.alarms, emails: ['operator@prover.test'] },
  };
}
