import type { CrsKind } from '../../shared/crs/crs-kind.ts';
import { developmentSecretInG2 } from '../../shared/crs/development-secret.ts';

/** The key of a root's circuit, as far as its contract goes. */
export interface VerifiedKey {
  /** The reference string that the key was made under. */
  readonly crs: CrsKind;
  /** The verifier as `bb` wrote it, for the ceremony's string. */
  readonly solidityVerifier: string;
}

/** The contract that takes the root's proofs. */
export interface VerifierSource {
  readonly source: string;
  readonly contractName: string;
}

const CEREMONY_NAME = 'HonkVerifier';
/** So that nobody mistakes the deployed contract for a real verifier. */
const DEVELOPMENT_NAME = 'DevelopmentCrsHonkVerifier';

/** The ceremony's secret in G2, in the order (x, y) and (real, imaginary): what a verifier pairs with. */
const CEREMONY_G2 = [
  '0x0118c4d5b837bcc2bc89b5b398b5974e9f5944073b32078b7e231fec938883b0',
  '0x260e01b251f6f1c7e7ff4e580791dee8ea51d87a358e038b4efe30fac09383c1',
  '0x22febda3c0c0632a56475b4214e5615e11e6dd3f96e6cea2854a87d4dacc5e55',
  '0x04fc6369f7110fe3d25156c1bb9a72859cf2a04641f99ba4ee413c80da6a5fe4',
];

/**
 * The verifier as `bb` wrote it, or, for a key under the development CRS, with that one's secret in place of the
 * ceremony's and a name that says so.
 */
export function verifierSource({ crs, solidityVerifier }: VerifiedKey): VerifierSource {
  if (crs === 'ceremony') return { source: solidityVerifier, contractName: CEREMONY_NAME };
  const { x, y } = developmentSecretInG2();
  const words = [x.c0, x.c1, y.c0, y.c1].map((word) => `0x${word.toString(16).padStart(64, '0')}`);
  let source = solidityVerifier;
  for (const [index, word] of CEREMONY_G2.entries()) source = replaceOnce(source, word, words[index] ?? '');
  const declaration = `contract ${CEREMONY_NAME} `;
  return {
    source: replaceOnce(source, declaration, `contract ${DEVELOPMENT_NAME} `),
    contractName: DEVELOPMENT_NAME,
  };
}

function replaceOnce(text: string, from: string, to: string): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`bb's verifier has ${from.trim()} ${parts.length - 1} times, not once`);
  return parts.join(to);
}
