import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { EpochNumber } from '@aztec/foundation/branded-types';
import { createProvingJobBrokerClient } from '@aztec/prover-client/broker';
import type { ProofUri } from '@aztec/stdlib/interfaces/server';
import { ProvingRequestType } from '@aztec/stdlib/proofs';

import type { AgentPool } from './agent-pool.ts';
import type { BenchSide } from './bench-side.ts';
import { benchJobs } from './bench-jobs.ts';

/** Aztec's prover node asks for completed jobs once a second: this tells the bench in time, at a cost of nothing. */
const COMPLETED_POLL_MS = 20;

/** Aztec's side: its broker in a process of its own, this process as the prover node, agents as `agents`. */
export async function openAztecSide(
  name: string,
  agents: AgentPool,
  options: { readonly batchIntervalMs: number },
): Promise<BenchSide> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'aztec-broker-bench-'));
  const path = fileURLToPath(new URL('aztec-broker.ts', import.meta.url));
  const broker = fork(path, [dataDirectory, String(options.batchIntervalMs)], { execArgv: [] });
  const [url] = (await once(broker, 'message')) as [string];
  const producer = createProvingJobBrokerClient(url, {});
  return {
    name,
    runRound: async (epoch, jobCount) => {
      const jobs = benchJobs(epoch, jobCount);
      await agents.start(url);
      const startedAtMs = performance.now();
      // The client sends the calls of one moment together, 100 to a request.
      const enqueued = Promise.all(
        jobs.map((job) =>
          producer.enqueueProvingJob({
            id: job.id,
            type: ProvingRequestType[job.circuit],
            epochNumber: EpochNumber(epoch),
            inputsUri: job.inputs.key as string as ProofUri,
          }),
        ),
      );
      const completed = new Set<string>();
      while (completed.size < jobCount) {
        for (const id of await producer.getCompletedJobs([])) completed.add(id);
        if (completed.size < jobCount) await sleep(COMPLETED_POLL_MS);
      }
      await enqueued;
      const seconds = (performance.now() - startedAtMs) / 1000;
      await agents.stop();
      return seconds;
    },
    close: async () => {
      const exited = once(broker, 'exit');
      broker.disconnect();
      await exited;
      await rm(dataDirectory, { recursive: true });
    },
  };
}
