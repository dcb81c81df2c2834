import { needOfEpoch } from '../../../shared/ledger/epoch-needs.ts';
import type { AgentRecord } from '../../../shared/ledger/agent-registry.ts';
import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { UsualTimes } from '../../../shared/merge-tree/prediction/usual-times.ts';
import { circuitOf } from '../../../shared/proving-job/circuit-catalogue.ts';
import { nameEpoch } from '../../../shared/proving-job/name-epoch.ts';
import { parseProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';
import { LATEST_EPOCHS } from '../../fleet-view/find-epoch.ts';
import { AGENT_SEEN_SECONDS } from '../../fleet-view/fleet-status.ts';
import type { Agent, Agents } from '../api/agents.ts';
import { busyShares } from './busy-shares.ts';
import type { ConsoleDeps } from './console-deps.ts';
import { jobsAgeMs } from './read-ages.ts';

/** Epochs whose jobs show how busy agents are: those under way, or the one that ended last. */
const MOST_EPOCHS_READ = 2;

/** What each agent proves, since when, and how busy it is. */
export async function readAgents({ engine, ages, nowMs }: ConsoleDeps): Promise<Agents> {
  const atMs = nowMs();
  const [agents, latest] = await Promise.all([
    engine.agents.seenWithin(AGENT_SEEN_SECONDS),
    engine.epochs.latest(LATEST_EPOCHS),
  ]);
  const jobs: JobRecord[] = [];
  for (const { id } of shownBy(latest, atMs)) jobs.push(...(await engine.jobs.jobsOfEpoch(id)));
  const shares = busyShares(agents, jobs, atMs);
  const timesOf = new Map(
    [...new Set(agents.map(({ networkVersion }) => networkVersion))].map((version) => [
      version,
      new UsualTimes(version, jobs),
    ]),
  );
  const ids = latest.map(({ id }) => id);
  const toAgent = (agent: AgentRecord): Agent => ({
    agentId: agent.agentId,
    pools: agent.pools,
    families: agent.family.split(','),
    networkVersion: agent.networkVersion,
    hostname: agent.hostname,
    state: agent.state,
    startedAtMs: agent.startedAtMs,
    lastSeenAtMs: agent.lastSeenAtMs,
    jobsProven: agent.jobsProven,
    job: jobOf(agent),
    busyShare: agent.busyShare ?? shares.get(agent.agentId),
    note: agent.note,
  });
  const jobOf = ({ jobId, jobSinceMs, networkVersion }: AgentRecord): Agent['job'] => {
    if (jobId === undefined) return undefined;
    const { circuit, epochId } = parseProvingJobId(jobId);
    const { pool } = circuitOf(circuit, networkVersion);
    return {
      jobId,
      circuit,
      epochId,
      epochName: nameEpoch(epochId, ids),
      sinceMs: jobSinceMs,
      usualSeconds: timesOf.get(networkVersion)?.of(circuit, pool).meanSeconds,
    };
  };
  return { atMs, goodForMs: jobsAgeMs(ages, jobs.length), agents: agents.map(toAgent) };
}

/** Epochs that agents worked on lately. @param latest newest first */
function shownBy(latest: readonly EpochRecord[], nowMs: number): readonly EpochRecord[] {
  const open = latest.filter((epoch) => needOfEpoch(epoch, nowMs) === 'proofs');
  return (open.length === 0 ? latest.slice(0, 1) : open.toReversed()).slice(0, MOST_EPOCHS_READ);
}
