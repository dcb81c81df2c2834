import { BlockList, isIP } from 'node:net';

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

/** A network in CIDR notation, or one address. */
export interface Network {
  readonly address: string;
  readonly prefixBits: number;
}

/** Parses `10.0.0.0/8`, `fd00::/8` or one address; `undefined` when it is neither. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', bits, ...rest] = text.split('/');
  const mostBits = { 4: 32, 6: 128 }[isIP(address)];
  if (mostBits === undefined || rest.length > 0) return undefined;
  if (bits === undefined) return { address, prefixBits: mostBits };
  const prefixBits = /^\d{1,3}$/.test(bits) ? Number(bits) : Infinity;
  return prefixBits <= mostBits ? { address, prefixBits } : undefined;
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
