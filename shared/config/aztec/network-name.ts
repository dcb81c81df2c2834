import { z } from 'zod';

import type { ValueKind } from '../setting.ts';
import { kind, oneOf, orList } from '../value-kinds.ts';

const NETWORKS = [
  'local',
  'devnet',
  'testnet',
  'alpha-testnet',
  'mainnet',
  'staging-ignition',
  'staging-public',
  'next-net',
] as const;

export type NetworkName = Exclude<(typeof NETWORKS)[number], 'alpha-testnet'>;

/** One of Aztec's networks; `alpha-testnet` is an older name of `testnet`. */
export const networkName: ValueKind<NetworkName> = {
  ...oneOf(NETWORKS),
  ...kind(
    z.enum(NETWORKS).transform((name) => (name === 'alpha-testnet' ? 'testnet' : name)),
    orList(NETWORKS),
    '<name>',
  ),
};
