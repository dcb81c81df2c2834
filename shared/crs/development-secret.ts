import { bn254 } from '@noble/curves/bn254';

const { Fr } = bn254.fields;

/**
 * The secret's power of this exponent is 2. So a point is twice the one that many places before it, and only doubling is
 * needed. The exponent is prime and does not divide the order of the field's group, so there is exactly one such secret.
 */
export const DOUBLING_DISTANCE = 1021;

const groupOrder = Fr.ORDER - 1n;

/** The secret of the development CRS, which makes it insecure: anyone can forge any proof. */
export const DEVELOPMENT_SECRET = Fr.pow(2n, inverse(BigInt(DOUBLING_DISTANCE), groupOrder));

/** The point at place `index`: the secret's power of it. */
export function developmentPoint(index: number): { readonly x: bigint; readonly y: bigint } {
  return bn254.G1.ProjectivePoint.BASE.multiply(Fr.pow(DEVELOPMENT_SECRET, BigInt(index))).toAffine();
}

/** The secret in G2, as a verifier of proofs under the development CRS needs it. */
export function developmentSecretInG2(): { readonly x: Fp2; readonly y: Fp2 } {
  return bn254.G2.ProjectivePoint.BASE.multiply(DEVELOPMENT_SECRET).toAffine();
}

interface Fp2 {
  readonly c0: bigint;
  readonly c1: bigint;
}

/** By extended Euclid: the order of the field's group is not prime, so no field implementation applies. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [previous, current, previousFactor, factor] = [modulus, value, 0n, 1n];
  while (current !== 0n) {
    const quotient = previous / current;
    [previous, current] = [current, previous - quotient * current];
    [previousFactor, factor] = [factor, previousFactor - quotient * factor];
  }
  return ((previousFactor % modulus) + modulus) % modulus;
}
