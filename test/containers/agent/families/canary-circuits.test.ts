import { type CompiledCircuit, type InputMap, Noir } from '@noir-lang/noir_js';
import { describe, expect, it } from 'vitest';

import { childInputs, circuitStatement } from '../../../../containers/agent/families/canary-prover.ts';
import { type CanaryProof, parseCanaryProof } from '../../../../shared/canary/canary-proof.ts';
import { readArtifact } from '../../../../shared/canary/circuit-artifact.ts';
import { fieldOf } from '../../../../shared/canary/field.ts';
import { joinStatements, type Statement } from '../../../../shared/canary/statement.ts';
import { recordedKeys, recordedProofs } from '../../../fixtures/canary/recorded-proofs.ts';

const keys = recordedKeys();
const recorded = recordedProofs();
const first = parseCanaryProof('CANARY_LEAF', recorded.first);
const second = parseCanaryProof('CANARY_LEAF', recorded.second);
const otherTree = parseCanaryProof('CANARY_LEAF', recorded.otherTree);
const joined = joinStatements(first.statement, second.statement);
const merge = new Noir(readArtifact({ circuit: 'CANARY_MERGE' }) as unknown as CompiledCircuit);
const root = new Noir(readArtifact({ circuit: 'CANARY_ROOT' }) as unknown as CompiledCircuit);

const child = (proof: CanaryProof): InputMap => childInputs(proof, keys.leaf);

describe('the merge circuit', () => {
  const join = (left: CanaryProof, right: CanaryProof, statement: Statement): Promise<unknown> =>
    merge.execute({ left: child(left), right: child(right), statement: circuitStatement(statement) });

  it('joins proofs that follow one another', async () => {
    await expect(join(first, second, joined)).resolves.toHaveProperty('witness');
  });

  it.for<[what: string, left: CanaryProof, right: CanaryProof, statement: Statement, refusal: string]>([
    ['proofs in the wrong order', second, first, joinStatements(second.statement, first.statement), 'does not follow'],
    ['a chain with a gap', first, first, joinStatements(first.statement, first.statement), 'does not follow'],
    ['a proof of another tree', first, otherTree, joined, 'proof of another tree'],
    ['a proof with a foreign key', first, { ...second, keyHash: fieldOf(5) }, joined, 'foreign key'],
    ['proofs made for other keys', first, second, { ...joined, leafKeyHash: fieldOf(5) }, 'foreign key'],
    ['proofs made for another merge', first, second, { ...joined, mergeKeyHash: fieldOf(5) }, 'another merge key'],
    ['another beginning', first, second, { ...joined, from: fieldOf(5) }, 'starts elsewhere'],
    ['another end', first, second, { ...joined, to: fieldOf(5) }, 'leads elsewhere'],
    ['more leaves than there are', first, second, { ...joined, leaves: 3 }, 'wrong number of leaves'],
  ])('refuses %s', async ([, left, right, statement, refusal]) => {
    await expect(join(left, right, statement)).rejects.toThrow(refusal);
  });
});

describe('the root circuit', () => {
  const top = (left: CanaryProof, right: CanaryProof, alone: boolean, statement: Statement): Promise<unknown> =>
    root.execute({ left: child(left), right: child(right), alone, statement: circuitStatement(statement) });

  it('takes two proofs that follow one another, or the only leaf of its tree', async () => {
    await expect(top(first, second, false, joined)).resolves.toHaveProperty('witness');
    await expect(top(first, first, true, first.statement)).resolves.toHaveProperty('witness');
  });

  it.for<[what: string, right: CanaryProof, alone: boolean, statement: Statement, refusal: string]>([
    ['a chain with a gap', first, false, joined, 'does not follow'],
    ['one leaf for two', first, true, joined, 'leads elsewhere'],
    ['a proof of another tree', otherTree, false, joined, 'proof of another tree'],
    ['a proof with a foreign key', { ...second, keyHash: fieldOf(5) }, false, joined, 'foreign key'],
    ['more leaves than there are', second, false, { ...joined, leaves: 3 }, 'wrong number of leaves'],
  ])('refuses %s', async ([, right, alone, statement, refusal]) => {
    await expect(top(first, right, alone, statement)).rejects.toThrow(refusal);
  });
});
