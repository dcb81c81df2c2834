import type { EpochCounts } from '../../../../shared/merge-tree/forecast/jobs-to-come.ts';
import type { CircuitStanding, CircuitStandings } from '../../../../shared/merge-tree/progress/circuit-standings.ts';
import { CircuitName } from '../../../../shared/proving-job/circuit-catalogue.ts';

/** Of 6.0: 32 checkpoints of ten blocks with two transactions each, one of them public. */
export const WHOLE_EPOCH: Readonly<Record<string, number>> = {
  INBOX_PARITY: 32,
  PUBLIC_CHONK_VERIFIER: 320,
  PUBLIC_VM: 320,
  PUBLIC_TX_BASE_ROLLUP: 320,
  PRIVATE_TX_BASE_ROLLUP: 320,
  BLOCK_ROOT_ROLLUP: 320,
  BLOCK_MERGE_ROLLUP: 256,
  CHECKPOINT_ROOT_ROLLUP: 32,
  CHECKPOINT_MERGE_ROLLUP: 30,
  ROOT_ROLLUP: 1,
};

export function circuit(name: string): CircuitName {
  return CircuitName.parse(name);
}

export function counts(byName: Readonly<Record<string, number>>): EpochCounts {
  return new Map(Object.entries(byName).map(([name, jobs]) => [circuit(name), jobs]));
}

/** Jobs of which some are proven and the rest wait. */
export function standings(
  byName: Readonly<Record<string, readonly [proven: number, waiting: number]>>,
): CircuitStandings {
  return new Map(
    Object.entries(byName).map(([name, [proven, waiting]]): [CircuitName, CircuitStanding] => [
      circuit(name),
      { proven, waiting, runningForSeconds: [] },
    ]),
  );
}

/** The leaves of the first checkpoints of {@link WHOLE_EPOCH}, none of them proven. */
export function firstCheckpoints(checkpoints: number): CircuitStandings {
  const leaves = ['INBOX_PARITY', 'PUBLIC_CHONK_VERIFIER', 'PUBLIC_VM', 'PRIVATE_TX_BASE_ROLLUP'];
  return standings(
    Object.fromEntries(leaves.map((name) => [name, [0, (WHOLE_EPOCH[name]! / 32) * checkpoints] as const])),
  );
}
