import type { Hex } from 'viem';

import { canaryVersion } from '../../shared/canary/circuit-artifact.ts';
import { Field } from '../../shared/canary/field.ts';
import type { CanaryKeys } from '../../shared/canary/verification-key.ts';
import { RangeId } from '../../shared/ledger/job-ledger.ts';
import type { BinaryShape } from '../../shared/proving-job/epoch-shape.ts';
import type { EpochNumber } from '../../shared/proving-job/epoch-id.ts';
import { sha256Of } from '../../shared/proving-job/proving-job-id.ts';

/** What a canary epoch proves, and to which contract. */
export interface CanaryPlan {
  readonly leaves: number;
  /** The leaf's key contains the work of a leaf, and every key its reference string. */
  readonly keys: CanaryKeys;
  readonly l1ChainId: number;
  readonly rollupAddress: Hex;
  /** The contract's recorded state, from which the tree begins. */
  readonly from: Field;
}

/** The same for the same plan: a node finds the epoch that it was proving when it was killed. */
export function rangeOf({ leaves, keys, l1ChainId, rollupAddress, from }: CanaryPlan): RangeId {
  const { leaf, merge, root } = keys;
  const parts = [leaves, leaf.hash, merge.hash, root.hash, l1ChainId, rollupAddress.toLowerCase(), from];
  return RangeId.parse(`canary-${sha256Of(Buffer.from(JSON.stringify(parts))).slice(0, 16)}`);
}

/** Identifies the tree in its proofs: no other epoch has the same, on this contract or another. */
export function treeOf(plan: CanaryPlan, epoch: EpochNumber): Field {
  // A field has a little less than 32 bytes.
  return Field.parse(`0x00${sha256Of(Buffer.from(`${rangeOf(plan)} ${epoch}`)).slice(2)}`);
}

export function shapeOf({ leaves }: CanaryPlan): BinaryShape {
  return { leaves, leaf: 'CANARY_LEAF', merge: 'CANARY_MERGE', root: 'CANARY_ROOT' };
}

/** The version that an agent must have to prove it. It names the development string where that is used. */
export function versionOf({ keys }: CanaryPlan): string {
  return canaryVersion(keys.leaf.crs);
}
