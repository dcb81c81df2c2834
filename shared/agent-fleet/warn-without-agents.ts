import type { JobQueue } from '../job-queue/job-queue.ts';
import type { AgentRegistry } from '../ledger/agent-registry.ts';
import type { IncidentLog } from '../ledger/incident-log.ts';
import { reportIncident } from '../ledger/report-incident.ts';
import { repeatEvery } from '../retry/repeat-every.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface WarnWithoutAgentsDeps {
  readonly engine: {
    readonly queue: Pick<JobQueue, 'depths'>;
    readonly agents: Pick<AgentRegistry, 'seenWithin'>;
    readonly incidents: Pick<IncidentLog, 'report'>;
  };
  readonly log: Logger;
}

const EVERY_MS = 60_000;
const SEEN_WITHIN_SECONDS = 120;
/** Agents that start with the fleet are seen by then. */
const REPORTED_AT = 2;

/** Checks once a minute whether jobs wait and there is no agent, until `signal` aborts. */
export async function runAgentWarning(deps: WarnWithoutAgentsDeps, signal: AbortSignal): Promise<void> {
  const warning = new AgentWarning(deps);
  await repeatEvery(EVERY_MS, () => warning.check(), signal);
}

/** Warns each time, and reports an incident the second time in a row. */
export class AgentWarning {
  readonly #deps: WarnWithoutAgentsDeps;
  #times = 0;

  constructor(deps: WarnWithoutAgentsDeps) {
    this.#deps = deps;
  }

  async check(): Promise<void> {
    const { log } = this.#deps;
    try {
      const waiting = await this.#jobsWithoutAgents();
      this.#times = waiting === 0 ? 0 : this.#times + 1;
      if (waiting === 0) return;
      const message =
        `jobs wait and no agent was seen in the last ${SEEN_WITHIN_SECONDS} s: start agents on this fleet ` +
        '(coppice start --prover-agent)';
      log.warn({ waiting }, message);
      if (this.#times === REPORTED_AT)
        await reportIncident(this.#deps, { kind: 'no-agents', subject: 'fleet', message });
    } catch (error) {
      log.warn({ err: error }, 'could not check whether jobs wait without agents');
    }
  }

  async #jobsWithoutAgents(): Promise<number> {
    const { agents, queue } = this.#deps.engine;
    const seen = await agents.seenWithin(SEEN_WITHIN_SECONDS);
    if (seen.some(({ state }) => state !== 'stopped')) return 0;
    return (await queue.depths()).reduce((sum, depth) => sum + depth.waiting, 0);
  }
}
