import { developmentSecretInG2 } from './development-secret.ts';

/** The ceremony's secret in G2, in the order (x, y) and (real, imaginary), in hexadecimal: what a verifier pairs with. */
export const CEREMONY_G2 = [
  '0118c4d5b837bcc2bc89b5b398b5974e9f5944073b32078b7e231fec938883b0',
  '260e01b251f6f1c7e7ff4e580791dee8ea51d87a358e038b4efe30fac09383c1',
  '22febda3c0c0632a56475b4214e5615e11e6dd3f96e6cea2854a87d4dacc5e55',
  '04fc6369f7110fe3d25156c1bb9a72859cf2a04641f99ba4ee413c80da6a5fe4',
] as const;

/** The development CRS's in its place, word by word. */
export function developmentG2(): readonly string[] {
  const { x, y } = developmentSecretInG2();
  return [x.c0, x.c1, y.c0, y.c1].map((word) => word.toString(16).padStart(64, '0'));
}
