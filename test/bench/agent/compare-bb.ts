import { performance } from 'node:perf_hooks';

import { BbProcess } from '../../../containers/agent/families/bb-process.ts';
import { CanaryProver } from '../../../containers/agent/families/canary-prover.ts';
import { parseLeafInputs } from '../../../shared/canary/canary-inputs.ts';
import { parseCanaryProof } from '../../../shared/canary/canary-proof.ts';
import type { Work } from '../../../shared/canary/work.ts';
import { medianOf } from '../median-of.ts';
import { openBbProveSide } from './bb-prove-side.ts';
import { makeBenchLeaves } from './bench-leaves.ts';

/**
 * Prints the time per leaf of our long-lived `bb` and of a `bb prove` and `bb verify` started for each; the sides take turns,
 * leaf by leaf.
 */
export async function compareBb(leaves: number, work: Work, crsPath: string, threads: number): Promise<void> {
  const { inputs, key } = await makeBenchLeaves(leaves + 1, work);
  const bb = new BbProcess({ crsPath, threads });
  const prover = new CanaryProver(bb, 'development');
  const choice = { circuit: 'CANARY_LEAF', work } as const;
  const started = await openBbProveSide(key, crsPath, threads);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (const [index, leaf] of inputs.entries()) {
    const oursMs = await milliseconds(async () => {
      const proof = await prover.prove(choice, key, parseLeafInputs(leaf).statement, {});
      // What an agent does under the ceremony's string, and Aztec's prover always.
      await prover.verify(choice, key, parseCanaryProof('CANARY_LEAF', proof));
    });
    const theirsMs = await milliseconds(() => started.prove(leaf));
    // The first is the warm-up of both: pages of the reference string, and the start of ours.
    if (index === 0) continue;
    ours.push(oursMs);
    theirs.push(theirsMs);
  }
  await Promise.all([started.close(), bb.stop()]);
  const [oursMs, theirsMs] = [medianOf(ours), medianOf(theirs)];
  console.log(`leaves of work ${work}, ${threads} threads, median of ${leaves}, witness, proof and check:`);
  console.log(`  one long-lived bb       ${oursMs.toFixed(0).padStart(6)} ms a leaf`);
  console.log(`  bb started for each     ${theirsMs.toFixed(0).padStart(6)} ms a leaf`);
  console.log(`  ratio                   ${(oursMs / theirsMs).toFixed(2).padStart(6)}   (wanted: at most 0.8)\n`);
}

async function milliseconds(act: () => Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  await act();
  return performance.now() - startedAtMs;
}
