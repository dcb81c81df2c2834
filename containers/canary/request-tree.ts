import { leafInputs, mergeInputs, rootInputs } from '../../shared/canary/canary-inputs.ts';
import { type CanaryCircuit, CanaryFormatError, parseCanaryProof } from '../../shared/canary/canary-proof.ts';
import type { Field } from '../../shared/canary/field.ts';
import { stateAfter } from '../../shared/canary/state-after.ts';
import { joinStatements, type Statement } from '../../shared/canary/statement.ts';
import { unbalancedTree } from '../../shared/merge-tree/expected/unbalanced-tree.ts';
import type { EpochNumber } from '../../shared/proving-job/epoch-id.ts';
import type { Proven } from '../../shared/proof-requests/proof-request.ts';
import type { ProofRequests } from '../../shared/proof-requests/proof-requests.ts';
import { type CanaryPlan, treeOf } from './canary-plan.ts';

/** A requested proof of the tree. */
interface Requested {
  readonly statement: Statement;
  readonly proven: Promise<Proven<Uint8Array>>;
}

/**
 * Requests every proof of the tree: the leaves at once, every other when the two below it are proven.
 * @returns the root's stored proof
 * @throws {JobRejectedError}, and what stopped the requests
 */
export async function requestTree(
  plan: CanaryPlan,
  epoch: EpochNumber,
  requests: Pick<ProofRequests, 'prove'>,
): Promise<Proven<Uint8Array>> {
  const { keys } = plan;
  const tree = treeOf(plan, epoch);
  const states = await statesOf(plan);

  const prove = (
    circuit: CanaryCircuit,
    statement: Statement,
    inputs: Uint8Array,
    children: readonly Proven<unknown>[] = [],
  ): Promise<Proven<Uint8Array>> =>
    requests.prove({
      circuit,
      inputs: () => inputs,
      children: children.map(({ jobId }) => jobId),
      parse: (bytes) => checked(circuit, bytes, statement, plan),
    });

  const top = unbalancedTree<Requested>(
    plan.leaves,
    (index) => {
      const [from, to] = [states[index] as Field, states[index + 1] as Field];
      const statement = { tree, from, to, leaves: 1, leafKeyHash: keys.leaf.hash, mergeKeyHash: keys.merge.hash };
      return { statement, proven: prove('CANARY_LEAF', statement, leafInputs({ tree, from, to }, keys)) };
    },
    (left, right) => {
      const statement = joinStatements(left.statement, right.statement);
      const proven = Promise.all([left.proven, right.proven]).then((both) =>
        prove('CANARY_MERGE', statement, mergeInputs(both[0].proof, both[1].proof, keys), both),
      );
      return { statement, proven };
    },
  );
  const [left, right] = top;
  if (left === undefined) throw new Error('a tree has at least one leaf');
  const both = await Promise.all(top.map(({ proven }) => proven));
  const statement = right === undefined ? left.statement : joinStatements(left.statement, right.statement);
  const inputs = rootInputs((both[0] as Proven<Uint8Array>).proof, both[1]?.proof, keys);
  return await prove('CANARY_ROOT', statement, inputs, both);
}

/** The state before each leaf, and after the last leaf. */
async function statesOf({ from, leaves, keys }: CanaryPlan): Promise<readonly Field[]> {
  const states = [from];
  while (states.length <= leaves) states.push(await stateAfter(states.at(-1) as Field, keys.leaf.work));
  return states;
}

/** @throws {CanaryFormatError} when the bytes are not a proof of the wanted statement. */
function checked(circuit: CanaryCircuit, bytes: Uint8Array, wanted: Statement, { keys }: CanaryPlan): Uint8Array {
  const { statement, crs } = parseCanaryProof(circuit, bytes);
  const differing = (Object.keys(wanted) as (keyof Statement)[]).filter((name) => statement[name] !== wanted[name]);
  if (differing.length > 0) throw new CanaryFormatError(`it proves another ${differing.join(', ')} than requested`);
  if (crs !== keys.leaf.crs) throw new CanaryFormatError(`it was made under the reference string ${crs}`);
  return bytes;
}
