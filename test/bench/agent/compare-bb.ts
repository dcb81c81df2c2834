import { performance } from 'node:perf_hooks';

import { BbProcess } from '../../../containers/agent/families/bb-process.ts';
import { CanaryProver } from '../../../containers/agent/families/canary-prover.ts';
import { parseLeafInputs } from '../../../shared/canary/canary-inputs.ts';
import { parseCanaryProof } from '../../../shared/canary/canary-proof.ts';
import type { LeafKey } from '../../../shared/canary/verification-key.ts';
import type { Work } from '../../../shared/canary/work.ts';
import { medianOf } from '../median-of.ts';
import { openBbProveSide } from './bb-prove-side.ts';
import { makeBenchLeaves } from './bench-leaves.ts';

/** One way to prove leaves: witness, proof and check of each. */
interface Side {
  readonly name: string;
  /** How many prove at a time. */
  readonly provers: readonly { prove(leaf: Uint8Array): Promise<unknown>; close(): Promise<void> }[];
  readonly msOfLeaf: number[];
}

/**
 * Prints the time per leaf of our long-lived `bb` and of a `bb prove` and `bb verify` started for each: on all cores, as
 * Aztec's agent has it, and one for each core, which is our default. The sides take turns.
 */
export async function compareBb(
  { leaves, rounds, work }: { readonly leaves: number; readonly rounds: number; readonly work: Work },
  crsPath: string,
  cores: number,
): Promise<void> {
  const { inputs, key } = await makeBenchLeaves(leaves, work);
  const open = async (count: number): Promise<readonly [longLived: Side, startedForEach: Side]> => {
    const threads = Math.floor(cores / count);
    const each = `${count} at a time, ${threads} thread${threads === 1 ? '' : 's'} each`;
    return [
      {
        name: `long-lived bb, ${each}`,
        provers: Array.from({ length: count }, () => openLongLived(key, crsPath, threads)),
        msOfLeaf: [],
      },
      {
        name: `bb started for each, ${each}`,
        provers: await Promise.all(Array.from({ length: count }, () => openBbProveSide(key, crsPath, threads))),
        msOfLeaf: [],
      },
    ];
  };
  const [onAllCores, onOneEach] = [await open(1), await open(cores)];
  const sides = [...onAllCores, ...onOneEach];
  // Pages of the reference string, and the start of ours.
  for (const side of sides) await Promise.all(side.provers.map((prover) => prover.prove(inputs[0] as Uint8Array)));
  for (let round = 0; round < rounds; round++) {
    for (const side of sides) side.msOfLeaf.push((await millisecondsOf(side, inputs)) / leaves);
  }
  await Promise.all(sides.flatMap(({ provers }) => provers.map((prover) => prover.close())));

  console.log(`${leaves} leaves of work ${work} on ${cores} cores, median of ${rounds}; witness, proof and check:`);
  for (const { name, msOfLeaf } of sides) {
    console.log(`  ${name.padEnd(48)} ${medianOf(msOfLeaf).toFixed(0).padStart(5)} ms a leaf`);
  }
  const ratio = (ours: Side, theirs: Side): string => (medianOf(ours.msOfLeaf) / medianOf(theirs.msOfLeaf)).toFixed(2);
  console.log(`  ratio on the same threads                        ${ratio(...onAllCores)}, ${ratio(...onOneEach)}`);
  console.log(
    `  ratio of our default to Aztec's way              ${ratio(onOneEach[0], onAllCores[1])}   (wanted: at most 0.8)\n`,
  );
}

function openLongLived(key: LeafKey, crsPath: string, threads: number): Side['provers'][number] {
  const bb = new BbProcess({ crsPath, threads });
  const prover = new CanaryProver(bb, 'development');
  const choice = { circuit: 'CANARY_LEAF', work: key.work } as const;
  return {
    async prove(leaf) {
      const proof = await prover.prove(choice, key, parseLeafInputs(leaf).statement, {});
      // An agent does this under the ceremony's string, and Aztec's prover always.
      await prover.verify(choice, key, parseCanaryProof('CANARY_LEAF', proof));
    },
    close: () => bb.stop(),
  };
}

async function millisecondsOf({ provers }: Side, leaves: readonly Uint8Array[]): Promise<number> {
  const waiting = [...leaves];
  const startedAtMs = performance.now();
  await Promise.all(
    provers.map(async (prover) => {
      for (let leaf = waiting.shift(); leaf !== undefined; leaf = waiting.shift()) await prover.prove(leaf);
    }),
  );
  return performance.now() - startedAtMs;
}
