import { createRequire } from 'node:module';
import path from 'node:path';

import { FoundryBinaryMissingError } from './errors.ts';

/**
 * Where npm put the program of one of Foundry's packages. The package itself holds a wrapper that starts it: either of
 * the two can outlive the other.
 * @throws {FoundryBinaryMissingError} when npm did not install the package for this platform.
 */
export function findFoundryBinary(tool: 'anvil' | 'forge'): string {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const packageName = `@foundry-rs/${tool}-${process.platform}-${architecture}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve(`@foundry-rs/${tool}/package.json`);
    const manifest = createRequire(wrapper).resolve(`${packageName}/package.json`);
    return path.join(path.dirname(manifest), 'bin', tool);
  } catch (error) {
    throw new FoundryBinaryMissingError(packageName, { cause: error });
  }
}
