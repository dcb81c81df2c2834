import { describe, expect, it } from 'vitest';

import {
  childDigests,
  leafInputs,
  mergeInputs,
  parseLeafInputs,
  parseMergeInputs,
  parseRootInputs,
  rootInputs,
} from '../../../shared/canary/canary-inputs.ts';
import { parseCanaryProof } from '../../../shared/canary/canary-proof.ts';
import { fieldOf } from '../../../shared/canary/field.ts';
import { stateAfter } from '../../../shared/canary/state-after.ts';
import { sha256Of } from '../../../shared/proving-job/proving-job-id.ts';
import { recordedKeys, recordedProofs } from '../../fixtures/canary/recorded-proofs.ts';

const keys = recordedKeys();
const { first, second, root } = recordedProofs();

describe('inputs of canary circuits', () => {
  it('are the same bytes for the same leaf, and hold its whole statement', async () => {
    const place = { tree: fieldOf(3), from: fieldOf(5), to: await stateAfter(fieldOf(5), 1) };
    const inputs = leafInputs(place, keys);
    expect(sha256Of(leafInputs({ ...place }, keys))).toBe(sha256Of(inputs));
    expect(parseLeafInputs(inputs).statement).toEqual({
      ...place,
      leaves: 1,
      leafKeyHash: keys.leaf.hash,
      mergeKeyHash: keys.merge.hash,
    });
  });

  it('name their children by the digests of the stored proofs, left to right', () => {
    const digests = [sha256Of(first), sha256Of(second)];
    expect(childDigests(parseMergeInputs(mergeInputs(first, second, keys)))).toEqual(digests);
    expect(childDigests(parseRootInputs(rootInputs(first, second, keys)))).toEqual(digests);
    expect(childDigests(parseRootInputs(rootInputs(first, undefined, keys)))).toEqual(digests.slice(0, 1));
  });

  it('refuse a root as a child, and bytes that are not a proof', () => {
    expect(() => mergeInputs(first, root, keys)).toThrow('not a proof of CANARY_LEAF or CANARY_MERGE');
    expect(() => mergeInputs(first, Buffer.from('{}'), keys)).toThrow('not a proof of CANARY_LEAF or CANARY_MERGE');
    expect(() => mergeInputs(first, Buffer.from([0xff]), keys)).toThrow('it is not JSON');
  });

  it('come from proofs that name their circuit, reference string and statement', () => {
    const proof = parseCanaryProof('CANARY_LEAF', first);
    expect(proof).toMatchObject({ crs: 'development', keyHash: keys.leaf.hash });
    expect(proof.statement).toMatchObject({ leaves: 1, leafKeyHash: keys.leaf.hash, mergeKeyHash: keys.merge.hash });
    expect(() => parseCanaryProof('CANARY_ROOT', first)).toThrow('it is a proof of CANARY_LEAF, not of CANARY_ROOT');
  });
});
