import { bn254 } from '@noble/curves/bn254';

const { Fr } = bn254.fields;

/**
 * The secret's power of this exponent is 2. So a point is twice the one that many places before it, and doubling is all
 * the arithmetic there is. It is prime and does not divide the order of the field's group: there is one such secret.
 */
export const DOUBLING_DISTANCE = 1021;

const exponent = bn254.fields.Fr.ORDER - 1n;

/** The secret of the development CRS, which makes it insecure: whoever knows it can forge any proof. */
export const DEVELOPMENT_SECRET = Fr.pow(2n, inverse(BigInt(DOUBLING_DISTANCE), exponent));

/** The place `index` of the development CRS. */
export function developmentPoint(index: number): { readonly x: bigint; readonly y: bigint } {
  return bn254.G1.ProjectivePoint.BASE.multiply(Fr.pow(DEVELOPMENT_SECRET, BigInt(index))).toAffine();
}

/** By extended Euclid: the order of the field's group is not prime, so no field does this. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [previous, current, previousFactor, factor] = [modulus, value, 0n, 1n];
  while (current !== 0n) {
    const quotient = previous / current;
    [previous, current] = [current, previous - quotient * current];
    [previousFactor, factor] = [factor, previousFactor - quotient * factor];
  }
  return ((previousFactor % modulus) + modulus) % modulus;
}
