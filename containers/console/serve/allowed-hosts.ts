import { isIP } from 'node:net';

import { isLoopback } from '../../broker/transport/client-networks.ts';

/**
 * The hosts that browsers may name. A page of another site can have its own name lead to this machine, and would then read
 * what the console shows: its requests still name that site.
 */
export class AllowedHosts {
  readonly #names: ReadonlySet<string>;
  readonly #isOpen: boolean;

  /**
   * @param host the address that the console listens on. Beyond loopback, browsers may name any address: no site has one for a name
   * @param names that lead to the console, beside addresses
   */
  constructor(host: string, names: readonly string[]) {
    this.#names = new Set(names.map((name) => name.toLowerCase()));
    this.#isOpen = !isLoopback(host);
  }

  /** @param header the request's `Host`, with or without a port */
  includes(header: string | undefined): boolean {
    const name = header === undefined ? undefined : URL.parse(`http://${header}`)?.hostname.toLowerCase();
    if (name === undefined || name === '') return false;
    const address = name.replace(/^\[(.*)\]$/, '$1');
    // A name may begin like an address of this machine: `127.0.0.1.example.com`.
    if (isIP(address) !== 0) return this.#isOpen || isLoopback(address);
    return name === 'localhost' || this.#names.has(name);
  }
}
