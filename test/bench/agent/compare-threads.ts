import type { Work } from '../../../shared/canary/work.ts';
import { medianOf } from '../median-of.ts';
import { WARM_UP_LEAVES } from './backlog.ts';
import { makeBenchLeaves } from './bench-leaves.ts';
import { proveByCoppice } from './coppice-backlog.ts';

/** Prints how many leaves an hour the machine proves with one agent on all cores, and with several on fewer each; they take turns. */
export async function compareThreads(
  { leaves, rounds, work }: { readonly leaves: number; readonly rounds: number; readonly work: Work },
  crsPath: string,
  cores: number,
): Promise<void> {
  const { inputs } = await makeBenchLeaves(leaves + WARM_UP_LEAVES, work);
  const seconds = new Map<number, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (let agents = 1; agents <= cores; agents *= 2) {
      const result = await proveByCoppice(inputs, { crsPath, agents, threads: Math.floor(cores / agents) });
      seconds.set(agents, [...(seconds.get(agents) ?? []), result.seconds / result.leaves]);
    }
  }
  console.log(`a backlog of ${leaves} leaves of work ${work} on ${cores} cores, median of ${rounds}:`);
  for (const [agents, each] of seconds) {
    const setting = `${agents} agent${agents === 1 ? ' ' : 's'} of ${Math.floor(cores / agents)} threads`;
    console.log(`  ${setting}  ${(3600 / medianOf(each)).toFixed(0).padStart(8)} leaves an hour`);
  }
  console.log();
}
