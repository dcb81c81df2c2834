import { randomUUID } from 'node:crypto';

import { inject } from 'vitest';

import { type AwsClients, createAwsClients } from '../../shared/engine/aws/aws-clients.ts';
import type { AwsConnection } from '../../shared/engine/aws/aws-connection.ts';
import { type AwsResourceNames, awsResourceNames } from '../../shared/engine/aws/aws-resource-names.ts';
import { createLedgerTable, createProofsBucket, createQueues } from '../../shared/engine/aws/create-aws-resources.ts';
import { JUMP_SECONDS, jumpingClock } from './jumping-clock.ts';

export const AWS_LEASE_SECONDS = 30;

export interface AwsHarness {
  readonly connection: AwsConnection;
  readonly clients: AwsClients;
  readonly names: AwsResourceNames;
  readonly leaseSeconds: number;
  /** The clock of the ledger, which stands unless it is moved. */
  nowMs(): number;
  /** Moves that clock, and that of the queues. */
  elapse(seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** Creates separate resources on the emulator, those that are asked for. They go with the emulator. */
export async function openAwsHarness(
  parts: readonly ('queues' | 'bucket' | 'table')[],
  { jumps = false }: { readonly jumps?: boolean } = {},
): Promise<AwsHarness> {
  const connection = inject('aws');
  const clients = createAwsClients(connection);
  const prefix = `test-${randomUUID().slice(0, 13)}`;
  const names = awsResourceNames(prefix);
  const leaseSeconds = AWS_LEASE_SECONDS;
  await Promise.all([
    parts.includes('queues') && createQueues(clients, names, { leaseSeconds }),
    parts.includes('bucket') && createProofsBucket(clients, names),
    parts.includes('table') && createLedgerTable(clients, names),
  ]);
  let movedMs = 0;
  const jump = jumpingClock(jumps ? JUMP_SECONDS : 0);
  const startedAtMs = Date.now();
  return {
    connection,
    clients,
    names,
    leaseSeconds,
    nowMs: () => startedAtMs + movedMs + jump.ms,
    elapse: async (seconds) => {
      movedMs += seconds * 1000;
      jump.next();
      if (!parts.includes('queues')) return;
      const url = new URL(`/coppice/elapse?queues=${prefix}&seconds=${seconds}`, connection.endpoint);
      const answer = await fetch(url, { method: 'POST' });
      if (!answer.ok) throw new Error(`the emulator cannot move time: ${answer.status}`);
    },
    close: async () => clients.close(),
  };
}
