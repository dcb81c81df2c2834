import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { EpochNumber } from '@aztec/foundation/branded-types';
import {
  createNamespacedSafeJsonRpcServer,
  getApiKeyAuthMiddleware,
  sha256Hash,
  startHttpRpcServer,
} from '@aztec/foundation/json-rpc/server';
import { AztecNodeAdminApiSchema } from '@aztec/stdlib/interfaces/client';
import { type ProverNodeApi, ProverNodeApiSchema } from '@aztec/stdlib/interfaces/server';
import { getVersioningMiddleware } from '@aztec/stdlib/versioning';

type Job = Awaited<ReturnType<ProverNodeApi['getJobs']>>[number];

export const PACKAGE_VERSION = '4.1.2';
export const ROLLUP_ADDRESS = '0x00000000000000000000000000000000000000aa';

/** A prover of Aztec's as its API shows it, with these jobs. */
export function aProver(jobs: readonly (Pick<Job, 'status'> & { readonly epoch: number })[]): ProverNodeApi {
  const listed = jobs.map(({ epoch, status }, index) => ({
    uuid: `job-${index}`,
    status,
    epochNumber: EpochNumber(epoch),
  }));
  return { getJobs: async () => listed } as unknown as ProverNodeApi;
}

export interface ServeProverOptions {
  /** As versions from 5 on require it at their admin's port. */
  readonly apiKey?: string;
  /** Called for each snapshot that is asked for, with its location. */
  readonly onSnapshot?: (location: string) => void;
}

/** The HTTP server that Aztec's own 4.1.2 makes for a prover, or for none. */
export async function serveProver(
  prover: ProverNodeApi | undefined,
  { apiKey, onSnapshot }: ServeProverOptions = {},
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const admin = { startSnapshotUpload: async (location: string) => onSnapshot?.(location) };
  const server = createNamespacedSafeJsonRpcServer(
    {
      ...(prover !== undefined && { prover: [prover, ProverNodeApiSchema] as const }),
      ...(onSnapshot !== undefined && { nodeAdmin: [admin, AztecNodeAdminApiSchema] as const }),
    },
    {
      http200OnError: false,
      middlewares: [
        ...(apiKey === undefined ? [] : [getApiKeyAuthMiddleware(sha256Hash(apiKey))]),
        getVersioningMiddleware({ l1RollupAddress: ROLLUP_ADDRESS as never }, { packageVersion: PACKAGE_VERSION }),
      ],
    },
  );
  const http = await startHttpRpcServer(server, { host: '127.0.0.1', port: 0 });
  return { url: `http://127.0.0.1:${http.port}`, close: () => closed(http) };
}

/** What a node in standby serves: a status and nothing else, without a version. */
export async function serveStandby(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/status' ? 200 : 404;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => closed(server) };
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
