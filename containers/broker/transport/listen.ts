import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { ListenError } from './errors.ts';

export interface ListenAddress {
  /** The address to listen on; every one of the machine's is `0.0.0.0` or `::`. */
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

/**
 * @param addressSettings the settings that name another address, for errors
 * @returns the port
 * @throws {ListenError}
 */
export async function listen(server: Server, { host, port }: ListenAddress, addressSettings: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new ListenError(host, port, error.code ?? error.message, addressSettings, { cause: error })),
    );
    server.listen({ host, port }, resolve);
  });
  return (server.address() as AddressInfo).port;
}
