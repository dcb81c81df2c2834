import { inject } from 'vitest';

import { EMULATOR_VARIABLES } from '../../containers/local-fleet/aws-emulator.ts';
import { makeAwsForFleet } from '../../containers/local-fleet/aws-for-fleet.ts';
import { anvilAccount, ACCOUNT_INDEX } from '../../containers/local-l1/devnet-accounts.ts';
import { describeOfficialEpoch } from './official/official-epoch.ts';

const PREFIX = 'official-epoch';

describeOfficialEpoch('aws', () => ({
  leaseSeconds: 9,
  functions: ['sweep-ledger'],
  fleetOptions: async (options) => ({
    ...options,
    aws: await makeAwsForFleet({
      prefix: PREFIX,
      publisherKey: options.publisherKey,
      publisherAddress: anvilAccount(ACCOUNT_INDEX.proverPublisher).address,
      variables: {
        AWS_ENDPOINT_URL: inject('aws').endpoint ?? '',
        ...EMULATOR_VARIABLES,
        COPPICE_ENGINE: 'aws',
        COPPICE_AWS_PREFIX: PREFIX,
        COPPICE_AGENT_CLAIM_SECONDS: '3',
      },
    }),
  }),
}));
