import { performance } from 'node:perf_hooks';

import { pino } from 'pino';

import { familyReference } from '../../../containers/agent/families/family-registry.ts';
import { ProverProcess } from '../../../containers/agent/prover-process.ts';
import type { Work } from '../../../shared/canary/work.ts';
import { makeBenchLeaves } from './bench-leaves.ts';

/** Prints how many leaves an hour the machine proves with one prover on all cores, and with several on fewer each. */
export async function compareThreads(leaves: number, work: Work, crsPath: string, cores: number): Promise<void> {
  const { inputs } = await makeBenchLeaves(leaves, work);
  console.log(`leaves of work ${work}, ${leaves} of them, on ${cores} cores:`);
  for (let provers = 1; provers <= cores; provers *= 2) {
    const threads = Math.floor(cores / provers);
    const seconds = await proveAll(inputs, provers, threads, crsPath);
    const perHour = ((leaves / seconds) * 3600).toFixed(0);
    console.log(
      `  ${provers} prover${provers === 1 ? ' ' : 's'} of ${threads} threads  ${perHour.padStart(8)} leaves an hour`,
    );
  }
  console.log();
}

async function proveAll(
  inputs: readonly Uint8Array[],
  provers: number,
  threads: number,
  crsPath: string,
): Promise<number> {
  const families = [familyReference('canary', { crs: 'development', crsPath, threads })];
  const options = { families, circuits: ['CANARY_LEAF'] } as const;
  const log = pino({ level: 'silent' });
  const processes = await Promise.all(
    Array.from({ length: provers }, () => ProverProcess.open(options, log, { check: false })),
  );
  try {
    const [warmUp = new Uint8Array()] = inputs;
    await Promise.all(processes.map((process) => process.prove('CANARY_LEAF', warmUp)));
    const waiting = [...inputs];
    const startedAtMs = performance.now();
    await Promise.all(
      processes.map(async (process) => {
        for (let leaf = waiting.shift(); leaf !== undefined; leaf = waiting.shift()) {
          await process.prove('CANARY_LEAF', leaf);
        }
      }),
    );
    return (performance.now() - startedAtMs) / 1000;
  } finally {
    await Promise.all(processes.map((process) => process.kill()));
  }
}
