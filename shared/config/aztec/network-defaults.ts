import { enrichEnvironmentWithChainName } from '@aztec/cli/config/chain';

import type { NetworkName } from './network-name.ts';

/**
 * Aztec's published defaults for one of its networks, as environment variables; none for a network that the installed
 * packages do not describe.
 */
export function networkDefaults(network: NetworkName): Readonly<Record<string, string>> {
  // Aztec offers them only as a change to the process's environment, where that leaves something out.
  const own = process.env;
  process.env = own['HOME'] === undefined ? {} : { HOME: own['HOME'] };
  try {
    enrichEnvironmentWithChainName(network);
    const { HOME: _, ...defaults } = process.env;
    return Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, String(value)]));
  } finally {
    process.env = own;
  }
}
