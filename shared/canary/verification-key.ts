import { z } from 'zod';

import { Sha256 } from '../proving-job/proving-job-id.ts';
import { decodeAs, encodeAs } from './canary-proof.ts';
import { CrsKind } from '../crs/crs-kind.ts';
import { Field } from './field.ts';
import { Work } from './work.ts';

const Common = {
  crs: CrsKind,
  /** The compiled circuit of this key. */
  artifactSha256: Sha256,
  /** How the circuits identify a key. */
  hash: Field,
  /** As `bb` writes it. */
  key: z.base64().min(1),
};

export const LeafKey = z.strictObject({ circuit: z.literal('CANARY_LEAF'), work: Work, ...Common });
export type LeafKey = z.infer<typeof LeafKey>;
export const MergeKey = z.strictObject({ circuit: z.literal('CANARY_MERGE'), ...Common });
export type MergeKey = z.infer<typeof MergeKey>;
export const RootKey = z.strictObject({
  circuit: z.literal('CANARY_ROOT'),
  ...Common,
  /** Source of the contract that takes its proofs, made for the ceremony's CRS whatever `crs` is. */
  solidityVerifier: z.string().min(1),
});
export type RootKey = z.infer<typeof RootKey>;

/** The verification key of one circuit under one reference string, as it is in the proof store: a proof of `CANARY_KEY`. */
export const VerificationKey = z.discriminatedUnion('circuit', [LeafKey, MergeKey, RootKey]);
export type VerificationKey = z.infer<typeof VerificationKey>;

/** The keys of a tree, all under one reference string. */
export interface CanaryKeys {
  readonly leaf: LeafKey;
  readonly merge: MergeKey;
  readonly root: RootKey;
}

export function encodeVerificationKey(key: VerificationKey): Uint8Array {
  return encodeAs(VerificationKey, key);
}

/** @throws {CanaryFormatError} if the bytes are not a stored proof of `CANARY_KEY`. */
export function parseVerificationKey(bytes: Uint8Array): VerificationKey {
  return decodeAs(VerificationKey, bytes, 'proof of CANARY_KEY');
}
