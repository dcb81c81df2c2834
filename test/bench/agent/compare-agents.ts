import type { Work } from '../../../shared/canary/work.ts';
import { medianOf } from '../median-of.ts';
import { proveByAztec } from './aztec-backlog.ts';
import { type BacklogResult, WARM_UP_LEAVES } from './backlog.ts';
import { makeBenchLeaves } from './bench-leaves.ts';
import { proveByCoppice } from './coppice-backlog.ts';

/** Prints how much of its time an agent's `bb` is at work over a backlog, ours and Aztec's; the sides take turns. */
export async function compareAgents(
  options: { readonly leaves: number; readonly rounds: number; readonly work: Work },
  machine: { readonly crsPath: string; readonly threads: number },
): Promise<void> {
  const { leaves, rounds, work } = options;
  const { inputs } = await makeBenchLeaves(leaves + WARM_UP_LEAVES, work);
  const ours: BacklogResult[] = [];
  const theirs: BacklogResult[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await proveByCoppice(inputs, machine));
    theirs.push(await proveByAztec(inputs, machine));
  }
  const share = (results: readonly BacklogResult[]): number => 100 * medianOf(results.map(({ bbShare }) => bbShare));
  const seconds = (results: readonly BacklogResult[]): number =>
    medianOf(results.map((result) => result.seconds / leaves));
  console.log(
    `a backlog of ${leaves} leaves of work ${work}, one agent of ${machine.threads} threads, median of ${rounds}:`,
  );
  console.log(
    `  Coppice's agent         bb at work ${share(ours).toFixed(1)} % of the time, ${seconds(ours).toFixed(3)} s a leaf`,
  );
  console.log(
    `  Aztec's ProvingAgent    bb at work ${share(theirs).toFixed(1)} % of the time, ${seconds(theirs).toFixed(3)} s a leaf`,
  );
  console.log(`  wanted of ours          at least 97 %`);
  console.log(`  ratio of the times      ${(seconds(ours) / seconds(theirs)).toFixed(2)}\n`);
}
