import type { InputMap } from '@noir-lang/noir_js';

import {
  parseKeyInputs,
  parseLeafInputs,
  parseMergeInputs,
  parseRootInputs,
} from '../../../shared/canary/canary-inputs.ts';
import { CanaryCircuit, type CanaryProof, parseCanaryProof } from '../../../shared/canary/canary-proof.ts';
import { artifactSha256 } from '../../../shared/canary/circuit-artifact.ts';
import type { CrsKind } from '../../../shared/crs/crs-kind.ts';
import { joinStatements } from '../../../shared/canary/statement.ts';
import {
  encodeVerificationKey,
  type LeafKey,
  type MergeKey,
  parseVerificationKey,
} from '../../../shared/canary/verification-key.ts';
import type { CircuitName, NativeCircuit } from '../../../shared/proving-job/circuit-catalogue.ts';
import { BbProcess } from './bb-process.ts';
import { findCanaryProblems } from './canary-checks.ts';
import { CanaryFamilyOptions } from './canary-family-options.ts';
import { CanaryProver, childInputs } from './canary-prover.ts';
import { ProofFailedError, type ProverFamily } from './prover-family.ts';

/** Opens the prover of the canary's circuits: real proofs, by one `bb` for all of them. */
export async function openFamily(options: unknown): Promise<ProverFamily> {
  const parsed = CanaryFamilyOptions.parse(options);
  const prover = new CanaryProver(new BbProcess(parsed), parsed.crs);
  return {
    findProblems: (circuits: readonly NativeCircuit[]) => findCanaryProblems(parsed, circuits),

    async prove(circuit: CircuitName, inputs: Uint8Array): Promise<Uint8Array> {
      switch (circuit) {
        case 'CANARY_KEY':
          return proveKey(prover, inputs, parsed.crs);
        case 'CANARY_LEAF':
          return proveLeaf(prover, inputs, parsed.crs);
        case 'CANARY_MERGE':
          return proveMerge(prover, inputs, parsed.crs);
        case 'CANARY_ROOT':
          return proveRoot(prover, inputs, parsed.crs);
        default:
          throw new ProofFailedError('failure', `${circuit} is not a circuit of the canary`);
      }
    },

    prepare(circuit: CircuitName, inputs: Uint8Array): void {
      // Pays off for a backlog of leaves: above them a witness takes no time compared to the proof.
      if (circuit !== 'CANARY_LEAF') return;
      try {
        const { statement, leafKey } = parseLeafInputs(inputs);
        prover.prepare({ circuit: 'CANARY_LEAF', work: leafKey.work }, statement, {});
      } catch {
        // Reported when the inputs are to be proven.
      }
    },

    async checkProof(circuit: CircuitName, proof: Uint8Array): Promise<void> {
      switch (circuit) {
        case 'CANARY_KEY':
          return void parseVerificationKey(proof);
        case 'CANARY_LEAF':
        case 'CANARY_MERGE':
        case 'CANARY_ROOT':
          return void parseCanaryProof(CanaryCircuit.parse(circuit), proof);
        default:
          throw new Error(`${circuit} is not a circuit of the canary`);
      }
    },
  };
}

async function proveKey(prover: CanaryProver, bytes: Uint8Array, crs: CrsKind): Promise<Uint8Array> {
  const inputs = parseKeyInputs(bytes);
  assertSameCrs(inputs.crs, crs);
  if (inputs.artifactSha256 !== artifactSha256(inputs)) {
    throw new ProofFailedError(
      'failure',
      'the key is of another version of the circuit than this agent has: run the same version of Coppice everywhere',
    );
  }
  const choice =
    inputs.circuit === 'CANARY_LEAF' ? { circuit: inputs.circuit, work: inputs.work } : { circuit: inputs.circuit };
  return encodeVerificationKey(await prover.makeKey(choice));
}

async function proveLeaf(prover: CanaryProver, bytes: Uint8Array, crs: CrsKind): Promise<Uint8Array> {
  const { statement, leafKey } = parseLeafInputs(bytes);
  assertSameCrs(leafKey.crs, crs);
  return prover.prove({ circuit: 'CANARY_LEAF', work: leafKey.work }, leafKey, statement, {});
}

async function proveMerge(prover: CanaryProver, bytes: Uint8Array, crs: CrsKind): Promise<Uint8Array> {
  const { left, right, keys } = parseMergeInputs(bytes);
  assertSameCrs(keys.merge.crs, crs);
  const statement = joinStatements(left.statement, right.statement);
  const inputs = { left: childOf(left, keys), right: childOf(right, keys) };
  return prover.prove({ circuit: 'CANARY_MERGE' }, keys.merge, statement, inputs);
}

async function proveRoot(prover: CanaryProver, bytes: Uint8Array, crs: CrsKind): Promise<Uint8Array> {
  const { left, right, keys } = parseRootInputs(bytes);
  assertSameCrs(keys.root.crs, crs);
  const alone = right === undefined;
  const statement = alone ? left.statement : joinStatements(left.statement, right.statement);
  const inputs = { left: childOf(left, keys), right: childOf(right ?? left, keys), alone };
  return prover.prove({ circuit: 'CANARY_ROOT' }, keys.root, statement, inputs);
}

function childOf(proof: CanaryProof, { leaf, merge }: { readonly leaf: LeafKey; readonly merge: MergeKey }): InputMap {
  return childInputs(proof, proof.circuit === 'CANARY_LEAF' ? leaf : merge);
}

function assertSameCrs(wanted: CrsKind, own: CrsKind): void {
  if (wanted === own) return;
  throw new ProofFailedError(
    'failure',
    `the job is for the ${wanted} CRS, but this agent has the ${own} one: point its CRS_PATH at the ${wanted} CRS, or run coppice canary with the ${own} one`,
  );
}
