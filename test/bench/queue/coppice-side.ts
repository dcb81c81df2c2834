import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openEmbeddedEngine } from '../../../shared/engine/embedded/embedded-engine.ts';
import { JOB_MESSAGE_VERSION } from '../../../shared/proving-job/job-message.ts';
import { startAgentPool } from '../agent-pool.ts';
import type { BenchSide } from './bench-side.ts';
import { benchJobs } from './bench-jobs.ts';

/** Jobs that the node requests at the same time: it records each, and sends and marks them together. */
const JOBS_PER_MOMENT = 100;

/** Our side: this process is the node, on the embedded engine, as its agents are. */
export async function openCoppiceSide(agentCount: number): Promise<BenchSide> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'coppice-bench-'));
  const engine = openEmbeddedEngine({ dataDirectory, leaseSeconds: 120 });
  const agents = await startAgentPool<string>(new URL('coppice-agent.ts', import.meta.url), agentCount);
  return {
    name: 'Coppice, embedded engine',
    runRound: async (epoch, jobCount) => {
      const jobs = benchJobs(epoch, jobCount);
      const outstanding = new Set<string>(jobs.map((job) => job.id));
      const allSettled = Promise.withResolvers<undefined>();
      const unsubscribe = engine.settlements.subscribe(({ jobId }) => {
        outstanding.delete(jobId);
        if (outstanding.size === 0) allSettled.resolve(undefined);
      });
      await agents.start(dataDirectory);
      const startedAtMs = performance.now();
      for (let start = 0; start < jobs.length; start += JOBS_PER_MOMENT) {
        const moment = jobs.slice(start, start + JOBS_PER_MOMENT);
        for (const job of moment) await engine.jobs.record(job);
        await engine.queue.enqueue(
          moment.map(({ id, circuit, networkVersion }) => ({
            v: JOB_MESSAGE_VERSION,
            jobId: id,
            circuit,
            networkVersion,
          })),
        );
        await engine.jobs.markEnqueued(moment.map(({ id }) => id));
      }
      await allSettled.promise;
      const seconds = (performance.now() - startedAtMs) / 1000;
      unsubscribe();
      await agents.stop();
      return seconds;
    },
    close: async () => {
      await agents.close();
      await engine.close();
      await rm(dataDirectory, { recursive: true });
    },
  };
}
