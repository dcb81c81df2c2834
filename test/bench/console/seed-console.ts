import { openEmbeddedEngine } from '../../../shared/engine/embedded/embedded-engine.ts';
import { AgentId } from '../../../shared/ledger/job-ledger.ts';
import { epochOfJobs, jobsOf } from '../scale/epoch-of-jobs.ts';

const AGENTS = 64;
const RUNNING = 64;

/** Fills a folder with a fleet half-way through an epoch of about so many jobs. @returns how many it has */
export async function seedConsole(dataDirectory: string, epochNumber: number, jobCount: number): Promise<number> {
  const engine = openEmbeddedEngine({ dataDirectory, leaseSeconds: 3600 });
  const nowMs = Date.now();
  const epoch = epochOfJobs(epochNumber, jobCount, nowMs);
  await engine.epochs.open(epoch);
  const jobs = [...jobsOf(epoch)];
  for (const [index, job] of jobs.entries()) {
    await engine.jobs.record(job);
    if (index > jobs.length / 2 + RUNNING) continue;
    const agentId = AgentId.parse(`agent-${index % AGENTS}`);
    const claim = await engine.jobs.claim(job.id, agentId, 3600);
    if (claim.outcome !== 'claimed' || index > jobs.length / 2) continue;
    const { claimedAtMs } = claim.lease;
    await engine.jobs.markProven({ jobId: job.id, agentId, proof: job.inputs, provingMs: 1, claimedAtMs });
  }
  for (let agent = 0; agent < AGENTS; agent += 1) {
    await engine.agents.report({
      agentId: AgentId.parse(`agent-${agent}`),
      pools: ['small', 'medium', 'large'],
      family: 'aztec',
      networkVersion: epoch.networkVersion,
      hostname: 'bench',
      pid: 1,
      state: 'idle',
      startedAtMs: nowMs,
      lastSeenAtMs: nowMs,
      jobsProven: 1,
    });
  }
  await engine.close();
  return jobs.length;
}
