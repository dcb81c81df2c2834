import { z } from 'zod';

import { Sha256, sha256Of } from '../proving-job/proving-job-id.ts';
import { CanaryProof, decodeAs, encodeAs } from './canary-proof.ts';
import { CrsKind } from '../crs/crs-kind.ts';
import type { Field } from './field.ts';
import { Statement } from './statement.ts';
import { type CanaryKeys, LeafKey, MergeKey, RootKey } from './verification-key.ts';
import { Work } from './work.ts';

// The inputs hold all that a proof needs, the keys included: an agent reads nothing else, and the same inputs are one job.

/** Inputs of `CANARY_KEY`. A key of other circuits, or under another reference string, is another job. */
export const KeyInputs = z.discriminatedUnion('circuit', [
  z.strictObject({ circuit: z.literal('CANARY_LEAF'), work: Work, crs: CrsKind, artifactSha256: Sha256 }),
  z.strictObject({ circuit: z.literal('CANARY_MERGE'), crs: CrsKind, artifactSha256: Sha256 }),
  z.strictObject({ circuit: z.literal('CANARY_ROOT'), crs: CrsKind, artifactSha256: Sha256 }),
]);
export type KeyInputs = z.infer<typeof KeyInputs>;

export const LeafInputs = z.strictObject({ statement: Statement, leafKey: LeafKey });
export type LeafInputs = z.infer<typeof LeafInputs>;

/** Only leaves and merges have a key to verify a child with. */
const Child = CanaryProof.refine(({ circuit }) => circuit !== 'CANARY_ROOT', 'a root cannot be a child');

const Keys = z.strictObject({ leaf: LeafKey, merge: MergeKey });
export const MergeInputs = z.strictObject({ left: Child, right: Child, keys: Keys });
export type MergeInputs = z.infer<typeof MergeInputs>;

/** A tree of one leaf has no `right`. */
export const RootInputs = z.strictObject({
  left: Child,
  right: Child.optional(),
  keys: Keys.extend({ root: RootKey }),
});
export type RootInputs = z.infer<typeof RootInputs>;

export function keyInputs(inputs: KeyInputs): Uint8Array {
  return encodeAs(KeyInputs, inputs);
}

/**
 * Inputs of the leaf that leads `tree` from one state to the next.
 * @param place `to` is `stateAfter(from, keys.leaf.work)`: no other state can be proven.
 */
export function leafInputs(
  place: { readonly tree: Field; readonly from: Field; readonly to: Field },
  { leaf, merge }: CanaryKeys,
): Uint8Array {
  const statement = { ...place, leaves: 1, leafKeyHash: leaf.hash, mergeKeyHash: merge.hash };
  return encodeAs(LeafInputs, { statement, leafKey: leaf });
}

/** Inputs of the merge of two stored proofs, each a leaf's or a merge's. @throws {CanaryFormatError} */
export function mergeInputs(left: Uint8Array, right: Uint8Array, { leaf, merge }: CanaryKeys): Uint8Array {
  return encodeAs(MergeInputs, { left: parseChild(left), right: parseChild(right), keys: { leaf, merge } });
}

/** Inputs of the root over two stored proofs, or over the only leaf of its tree. @throws {CanaryFormatError} */
export function rootInputs(left: Uint8Array, right: Uint8Array | undefined, keys: CanaryKeys): Uint8Array {
  const { leaf, merge, root } = keys;
  return encodeAs(RootInputs, {
    left: parseChild(left),
    ...(right !== undefined && { right: parseChild(right) }),
    keys: { leaf, merge, root },
  });
}

export function parseKeyInputs(bytes: Uint8Array): KeyInputs {
  return decodeAs(KeyInputs, bytes, 'input of CANARY_KEY');
}

export function parseLeafInputs(bytes: Uint8Array): LeafInputs {
  return decodeAs(LeafInputs, bytes, 'input of CANARY_LEAF');
}

export function parseMergeInputs(bytes: Uint8Array): MergeInputs {
  return decodeAs(MergeInputs, bytes, 'input of CANARY_MERGE');
}

export function parseRootInputs(bytes: Uint8Array): RootInputs {
  return decodeAs(RootInputs, bytes, 'input of CANARY_ROOT');
}

/** The digests of the stored proofs that a merge or root is made of, left to right: the edges down from it. */
export function childDigests({ left, right }: MergeInputs | RootInputs): Sha256[] {
  return [left, ...(right === undefined ? [] : [right])].map((child) => sha256Of(encodeAs(CanaryProof, child)));
}

function parseChild(bytes: Uint8Array): z.infer<typeof Child> {
  return decodeAs(Child, bytes, 'proof of CANARY_LEAF or CANARY_MERGE');
}
