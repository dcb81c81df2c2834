import type { Engine } from '../../shared/engine/engine.ts';
import type { AgentId } from '../../shared/ledger/job-ledger.ts';
import { reportIncident } from '../../shared/ledger/report-incident.ts';
import { repeatEvery } from '../../shared/retry/repeat-every.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Metrics } from '../../shared/telemetry/metrics.ts';
import type { AgentStatus } from '../agent/agent-status.ts';
import type { AgentCheck, AgentProblem } from './check-agent.ts';

const CHECK_MS = 5_000;
/** A problem that stays is logged again after this. */
const REMIND_MS = 60_000;

export interface AgentWatchDeps {
  readonly agentId: AgentId;
  readonly engine: Pick<Engine, 'incidents'>;
  readonly check: Pick<AgentCheck, 'findProblem'>;
  readonly status: AgentStatus;
  /** Whether the agent has a job: it is not checked then. */
  readonly hasJob: () => boolean;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** A clock that only goes forward, in milliseconds. */
  readonly steadyMs: () => number;
}

/** Reports, in the log and in the registry, whether the agent is there and of the right version. */
export class AgentWatch {
  readonly #deps: AgentWatchDeps;
  #problem: AgentProblem | undefined;
  #isKnownWell = false;
  #loggedAtMs = -Infinity;

  constructor(deps: AgentWatchDeps) {
    this.#deps = deps;
  }

  get problem(): string | undefined {
    return this.#problem?.message;
  }

  /** Checks the agent until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await repeatEvery(CHECK_MS, () => this.#check(signal), signal);
  }

  async #check(signal: AbortSignal): Promise<void> {
    const { check, hasJob } = this.#deps;
    if (hasJob()) return;
    const found = await check.findProblem(signal);
    // Meanwhile it may have got one: then it is well.
    if (signal.aborted || hasJob()) return;
    if (found === undefined) this.#noteWell();
    else await this.#noteProblem(found);
  }

  #noteWell(): void {
    const { status, metrics, log } = this.#deps;
    if (this.#isKnownWell) return;
    if (this.#problem !== undefined) status.clearNote();
    if (this.#problem?.kind === 'other-version') metrics.record('LineTroubles', 0, { trouble: 'version-mismatch' });
    status.idle();
    log.info('the agent is there, and of the right version');
    this.#problem = undefined;
    this.#isKnownWell = true;
    this.#loggedAtMs = -Infinity;
  }

  async #noteProblem(found: AgentProblem): Promise<void> {
    const { agentId, status, metrics, log, steadyMs } = this.#deps;
    const isNew = found.message !== this.#problem?.message;
    this.#problem = found;
    this.#isKnownWell = false;
    if (!isNew && steadyMs() - this.#loggedAtMs < REMIND_MS) return;
    this.#loggedAtMs = steadyMs();
    log.error(found.message);
    if (found.kind === 'other-version') metrics.record('LineTroubles', 1, { trouble: 'version-mismatch' }, { agentId });
    if (!isNew) return;
    status.unready(found.message);
    if (found.kind !== 'other-version') return;
    await reportIncident(this.#deps, { kind: 'foreign-version', subject: agentId, message: found.message });
  }
}
