import { enrichEnvironmentWithChainName } from '@aztec/cli/config/chain';

import type { NetworkName } from './network-name.ts';

/**
 * Returns Aztec's published defaults for a network as environment variables; none for a network that the installed
 * packages do not know.
 */
export function networkDefaults(network: NetworkName): Readonly<Record<string, string>> {
  // Aztec only offers a function that adds them to the process's environment, where variables are missing.
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
