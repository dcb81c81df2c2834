import type { JobQueue } from '../job-queue/job-queue.ts';
import type { AgentRegistry } from '../ledger/agent-registry.ts';
import { repeatEvery } from '../retry/repeat-every.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface WarnWithoutAgentsDeps {
  readonly queue: Pick<JobQueue, 'depths'>;
  readonly agents: AgentRegistry;
  readonly log: Logger;
}

const EVERY_MS = 60_000;
const SEEN_WITHIN_SECONDS = 120;

/** Warns once a minute while jobs wait and there is no agent, until `signal` aborts. */
export function runAgentWarning(deps: WarnWithoutAgentsDeps, signal: AbortSignal): Promise<void> {
  return repeatEvery(EVERY_MS, () => warnWithoutAgents(deps), signal);
}

export async function warnWithoutAgents({ queue, agents, log }: WarnWithoutAgentsDeps): Promise<void> {
  try {
    if ((await agents.seenWithin(SEEN_WITHIN_SECONDS)).some(({ state }) => state !== 'stopped')) return;
    const waiting = (await queue.depths()).reduce((sum, depth) => sum + depth.waiting, 0);
    if (waiting > 0) {
      log.warn(
        { waiting },
        `jobs wait and no agent was seen in the last ${SEEN_WITHIN_SECONDS} s: start agents on this fleet (coppice start --prover-agent)`,
      );
    }
  } catch (error) {
    log.warn({ err: error }, 'could not check whether jobs wait without agents');
  }
}
