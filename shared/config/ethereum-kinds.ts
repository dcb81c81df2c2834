import { keccak_256 } from '@noble/hashes/sha3';
import { z } from 'zod';

import { Secret } from './secret.ts';
import type { ValueKind } from './setting.ts';
import { kind, secretKind, textWithout } from './value-kinds.ts';

export type Hex = `0x${string}`;

/** 64 hexadecimal digits, with or without `0x`, as Aztec takes them. */
export const privateKey: ValueKind<Secret<Hex>> = {
  ...secretKind(
    z
      .string()
      .regex(/^(0x)?[0-9a-fA-F]{64}$/)
      .transform((key) => new Secret<Hex>(`0x${key.replace(/^0x/, '')}`)),
    'a private key: 0x and 64 hexadecimal digits',
    '<private-key>',
  ),
  normalize: (key) => key.replace(/^0x/, '').toLowerCase(),
};

/** An address as it was written: with a checksum (EIP-55), which has to be right, or without. Compare with `isAddressEqual`. */
export const address: ValueKind<Hex> = {
  ...kind(
    textWithout((value) => (hasWrongChecksum(value) ? 'has a wrong checksum: compare every digit' : undefined))
      .regex(/^0x[0-9a-fA-F]{40}$/)
      .transform((value): Hex => `0x${value.slice(2)}`),
    'an Ethereum address: 0x and 40 hexadecimal digits',
    '<address>',
  ),
  normalize: (value) => value.toLowerCase(),
};

/** Digits of one case carry no checksum. */
function hasWrongChecksum(value: string): boolean {
  const digits = value.slice(2);
  const lower = digits.toLowerCase();
  if (!/^[0-9a-fA-F]{40}$/.test(digits) || digits === lower || digits === digits.toUpperCase()) return false;
  const hash = Buffer.from(keccak_256(lower)).toString('hex');
  const checksummed = lower.replace(/./g, (digit, index: number) =>
    Number.parseInt(hash[index] ?? '0', 16) >= 8 ? digit.toUpperCase() : digit,
  );
  return digits !== checksummed;
}

/** An amount in a unit of 10^`decimals` wei, which becomes wei without ever being a float. */
function amount(unit: string, decimals: number): ValueKind<bigint> {
  const pattern = new RegExp(`^(\\d{1,16})(?:\\.(\\d{1,${decimals}}))?$`);
  return kind(
    z
      .string()
      .regex(pattern)
      .transform((value) => {
        const [, whole = '', fraction = ''] = pattern.exec(value) ?? [];
        return BigInt(whole + fraction.padEnd(decimals, '0'));
      }),
    `an amount of ${unit}: digits, and up to ${decimals} more after a point`,
    '<number>',
  );
}

/** `0.5` is 500,000,000 wei. */
export const gwei = amount('gwei', 9);

/** `0.5` is 5 × 10^17 wei. */
export const ether = amount('ETH', 18);
