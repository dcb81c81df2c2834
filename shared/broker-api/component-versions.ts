import { ComponentVersionError } from './errors.ts';

/**
 * What Aztec's servers say of their version in the headers of every answer, `x-aztec-<name>`. Clients send none of this.
 */
export const COMPONENTS = [
  'packageVersion',
  'l2CircuitsVkTreeRoot',
  'l2ProtocolContractsHash',
  'l1ChainId',
  'l1RollupAddress',
  'rollupVersion',
] as const;
export type ComponentVersions = Readonly<Partial<Record<(typeof COMPONENTS)[number], string>>>;

/** The versions that an answer's headers name; empty for a server that says nothing. */
export function componentVersionsOf(headers: Headers): ComponentVersions {
  return Object.fromEntries(
    COMPONENTS.flatMap((name) => {
      const value = headers.get(`x-aztec-${name}`);
      return value === null ? [] : [[name, value]];
    }),
  );
}

/** @throws {ComponentVersionError} for the first component that both sides name and that differs. */
export function assertSameVersions(url: string, expected: ComponentVersions, actual: ComponentVersions): void {
  for (const name of COMPONENTS) {
    const [here, there] = [expected[name], actual[name]];
    if (here === undefined || there === undefined) continue;
    if (here.toLowerCase() !== there.toLowerCase()) throw new ComponentVersionError(url, name, here, there);
  }
}
