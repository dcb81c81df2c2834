import { BlockList, isIP } from 'node:net';

import type { Network } from '../../../shared/config/network.ts';

/** An address without the prefix of one that IPv6 wraps around IPv4. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice('::ffff:'.length)) === 4
    ? address.slice('::ffff:'.length)
    : address;
}

/** Whether every address of the host is of this machine alone. */
export function isLoopback(host: string): boolean {
  const address = plainAddress(host);
  return address === 'localhost' || address === '::1' || /^127\./.test(address);
}

/** The networks whose clients are let in. */
export class ClientNetworks {
  readonly #networks = new BlockList();
  readonly #isOpen: boolean;

  /** @param networks none lets every client in */
  constructor(networks: readonly Network[]) {
    this.#isOpen = networks.length === 0;
    for (const { address, prefixBits } of networks) {
      this.#networks.addSubnet(address, prefixBits, familyOf(address));
    }
  }

  /** @param client an address that {@link plainAddress} returned */
  includes(client: string): boolean {
    return this.#isOpen || isLoopback(client) || this.#networks.check(client, familyOf(client));
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
