import { randomUUID } from 'node:crypto';

import { inject } from 'vitest';

import { createAwsClients } from '../../../shared/engine/aws/aws-clients.ts';
import { awsResourceNames } from '../../../shared/engine/aws/aws-resource-names.ts';
import { createAwsResources } from '../../../shared/engine/aws/create-aws-resources.ts';
import { CHAOS_BUDGETS, type ChaosGround } from './claimers.chaos.ts';

/** A lease has to outlast the handful of calls that a job takes, of which the emulator answers one at a time. */
const LEASE_SECONDS = 8;

export const AWS_GROUND: ChaosGround = {
  name: 'aws',
  open: async () => {
    const connection = inject('aws');
    const prefix = `claimers-${randomUUID().slice(0, 8)}`;
    const clients = createAwsClients(connection);
    await createAwsResources(clients, awsResourceNames(prefix), { leaseSeconds: LEASE_SECONDS });
    clients.close();
    return {
      engine: { engine: 'aws', connection, prefix, leaseSeconds: LEASE_SECONDS, attemptBudgets: CHAOS_BUDGETS },
      // The resources go with the emulator.
      close: async () => undefined,
    };
  },
  pace: { strandedSeconds: 2 * LEASE_SECONDS, claimSeconds: 5, reconcileMs: 60_000, mostAtOnce: 100 },
};
