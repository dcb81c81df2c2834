import { isIP } from 'node:net';

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
