import type { CrsKind } from '../../shared/crs/crs-kind.ts';
import { CEREMONY_G2, developmentG2 } from '../../shared/crs/secrets-in-g2.ts';

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

/**
 * The verifier as `bb` wrote it, or, for a key under the development CRS, with that one's secret in place of the
 * ceremony's and a name that says so.
 */
export function verifierSource({ crs, solidityVerifier }: VerifiedKey): VerifierSource {
  if (crs === 'ceremony') return { source: solidityVerifier, contractName: CEREMONY_NAME };
  const words = developmentG2();
  let source = solidityVerifier;
  for (const [index, word] of CEREMONY_G2.entries())
    source = replaceOnce(source, `0x${word}`, `0x${words[index] ?? ''}`);
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
