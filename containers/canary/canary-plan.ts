import type { Hex } from 'viem';

import { canaryVersion } from '../../shared/canary/circuit-artifact.ts';
import { Field } from '../../shared/canary/field.ts';
import type { CanaryKeys } from '../../shared/canary/verification-key.ts';
import { RangeId } from '../../shared/ledger/job-ledger.ts';
import type { BinaryShape } from '../../shared/proving-job/epoch-shape.ts';
import { type EpochNumber, sha256Of } from '../../shared/proving-job/proving-job-id.ts';

/** What a canary epoch proves, and to which contract. */
export interface CanaryPlan {
  readonly leaves: number;
  /** The leaf's key says how much a leaf does, and all of them which reference string they are for. */
  readonly keys: CanaryKeys;
  readonly l1ChainId: number;
  readonly rollupAddress: Hex;
  /** The state that the contract has recorded, and the tree begins from. */
  readonly from: Field;
}

/** The same for the same plan: so a node that was killed finds the epoch that it was at. */
export function rangeOf({ leaves, keys, l1ChainId, rollupAddress, from }: CanaryPlan): RangeId {
  const { leaf, merge, root } = keys;
  const parts = [leaves, leaf.hash, merge.hash, root.hash, l1ChainId, rollupAddress.toLowerCase(), from];
  return RangeId.parse(`canary-${sha256Of(Buffer.from(JSON.stringify(parts))).slice(0, 16)}`);
}

/** Names the tree in its proofs: no other epoch has it, on this contract or another. */
export function treeOf(plan: CanaryPlan, epoch: EpochNumber): Field {
  // A field has a little less than 32 bytes.
  return Field.parse(`0x00${sha256Of(Buffer.from(`${rangeOf(plan)} ${epoch}`)).slice(2)}`);
}

export function shapeOf({ leaves }: CanaryPlan): BinaryShape {
  return { leaves, leaf: 'CANARY_LEAF', merge: 'CANARY_MERGE', root: 'CANARY_ROOT' };
}

/** The version that an agent must have to prove it. Under the development string it says so. */
export function versionOf({ keys }: CanaryPlan): string {
  return canaryVersion(keys.leaf.crs);
}
