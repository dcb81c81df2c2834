import { findPackageJSON } from 'node:module';

import type { LocalRunName } from '../../local-fleet/local-run.ts';

/** What a local chain, its contracts and its traffic are made with. Development dependencies: the images leave them out. */
export const DEVELOPMENT_PACKAGES: Readonly<Record<LocalRunName, readonly string[]>> = {
  devnet: [
    '@aztec/aztec.js',
    '@aztec/noir-contracts.js',
    '@aztec/wallets',
    '@foundry-rs/anvil',
    '@foundry-rs/forge',
    'solc',
  ],
  canary: ['@foundry-rs/anvil', 'solc'],
};

/** The installation is one of an image, or of `npm ci --omit=dev`. */
export class DevelopmentPackagesMissingError extends Error {
  override readonly name = 'DevelopmentPackagesMissingError';
  readonly missing: readonly string[];

  constructor(command: LocalRunName, missing: readonly string[]) {
    super(
      `coppice ${command} needs development dependencies that are not installed (${missing.join(', ')}): ` +
        'run it in a checkout of Coppice, after npm ci --include=dev',
    );
    this.missing = missing;
  }
}

/** @throws {DevelopmentPackagesMissingError} */
export function assertDevelopmentPackages(command: LocalRunName): void {
  const missing = DEVELOPMENT_PACKAGES[command].filter((name) => !isInstalled(name));
  if (missing.length > 0) throw new DevelopmentPackagesMissingError(command, missing);
}

function isInstalled(name: string): boolean {
  try {
    return findPackageJSON(name, import.meta.url) !== undefined;
  } catch {
    return false;
  }
}
