import type { Work } from '../../../shared/canary/work.ts';
import { medianOf } from '../median-of.ts';
import { proveByAztec } from './aztec-backlog.ts';
import { type BacklogResult, WARM_UP_LEAVES } from './backlog.ts';
import { makeBenchLeaves } from './bench-leaves.ts';
import { proveByCoppice } from './coppice-backlog.ts';

/**
 * Prints how our agent and Aztec's perform on a backlog, the latter also with a `bb` started for each leaf, as in Aztec's
 * prover; the sides take turns.
 */
export async function compareAgents(
  options: { readonly leaves: number; readonly rounds: number; readonly work: Work },
  machine: { readonly crsPath: string; readonly threads: number },
): Promise<void> {
  const { leaves, rounds, work } = options;
  const { inputs, key } = await makeBenchLeaves(leaves + WARM_UP_LEAVES, work);
  const ours: BacklogResult[] = [];
  const aroundOurProver: BacklogResult[] = [];
  const asTheyAre: BacklogResult[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await proveByCoppice(inputs, machine));
    aroundOurProver.push(await proveByAztec(inputs, machine, { kind: 'long-lived' }));
    asTheyAre.push(await proveByAztec(inputs, machine, { kind: 'started-for-each', key }));
  }
  console.log(
    `a backlog of ${leaves} leaves of work ${work}, one agent of ${machine.threads} threads, median of ${rounds}:`,
  );
  const ourSeconds = print("Coppice's agent, one long-lived bb", ours);
  const aroundOurs = print("Aztec's ProvingAgent, the same prover", aroundOurProver);
  const theirs = print("Aztec's ProvingAgent, bb started for each", asTheyAre);
  console.log(`  wanted of ours: bb at work at least 97 %`);
  console.log(`  ratio of the times to the second: ${(ourSeconds / aroundOurs).toFixed(2)}`);
  console.log(`  ratio of the times to the third:  ${(ourSeconds / theirs).toFixed(2)}\n`);
}

/** @returns seconds a leaf */
function print(name: string, results: readonly BacklogResult[]): number {
  const seconds = medianOf(results.map((result) => result.seconds / result.leaves));
  const shares = results.flatMap(({ bbShare }) => bbShare ?? []);
  const share = shares.length === 0 ? '' : `, bb at work ${(100 * medianOf(shares)).toFixed(1)} % of the time`;
  console.log(`  ${name.padEnd(42)} ${seconds.toFixed(3)} s a leaf${share}`);
  return seconds;
}
