import type { Engine } from '../../shared/engine/engine.ts';
import type { AgentId } from '../../shared/ledger/job-ledger.ts';
import { reportIncident } from '../../shared/ledger/report-incident.ts';
import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import { type Backoff, backoffMs } from '../../shared/retry/backoff.ts';
import { pause } from '../../shared/retry/pause.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { AgentStatus } from './agent-status.ts';
import { AgentUnfitError } from './errors.ts';
import type { WarmProver } from './prover/warm-prover.ts';

/** After this many jobs have failed in a row, the machine is as likely a cause as the jobs. */
const FAILED_JOBS = 3;

export interface MachineDoubtDeps {
  readonly agentId: AgentId;
  readonly engine: Pick<Engine, 'incidents'>;
  readonly prover: Pick<WarmProver, 'recheck'>;
  readonly status: Pick<AgentStatus, 'note' | 'clearNote'>;
  readonly log: Logger;
}

/**
 * Keeps an agent on a bad machine from failing one job after another, which would reject most of an epoch. When several
 * jobs have failed and nothing was proven in between, the agent checks its machine; if the check finds nothing, it tries
 * one job after each of ever longer pauses, until it proves one.
 */
export class MachineDoubt {
  readonly #pauses: Backoff;
  readonly #deps: MachineDoubtDeps;
  readonly #failedJobs = new Set<ProvingJobId>();
  #checks = 0;

  constructor(pauses: Backoff, deps: MachineDoubtDeps) {
    this.#pauses = pauses;
    this.#deps = deps;
  }

  /** Whether the agent must not claim before {@link check}. */
  get mustCheck(): boolean {
    return this.#failedJobs.size >= (this.#isOnTrial ? 1 : FAILED_JOBS);
  }

  /** Whether it may hold more than the one job that it proves. */
  get mayPrefetch(): boolean {
    return !this.#isOnTrial;
  }

  noteFailed(jobId: ProvingJobId): void {
    this.#failedJobs.add(jobId);
  }

  noteProven(): void {
    this.#failedJobs.clear();
    if (!this.#isOnTrial) return;
    this.#checks = 0;
    this.#deps.status.clearNote();
    this.#deps.log.info('a job was proven: the agent claims as usual again');
  }

  /**
   * Checks the machine with a fresh prover, and pauses if nothing was found.
   * @param signal ends the pause
   * @throws {AgentUnfitError} if the machine or its configuration cannot prove what the pools need.
   */
  async check(signal: AbortSignal): Promise<void> {
    const { agentId, prover, status, log } = this.#deps;
    const failed = this.#isOnTrial
      ? 'the job that it tried has failed as well'
      : `${this.#failedJobs.size} jobs in a row have failed on it`;
    log.error({ jobIds: [...this.#failedJobs] }, `${failed}: the agent checks its machine before it claims again`);
    this.#failedJobs.clear();
    this.#checks += 1;
    status.note(`${failed}: it checks its machine`);
    const advice = 'read its log, and replace the machine if other agents prove these jobs';
    const message = `${failed}: it checks its machine and claims nothing; ${advice}`;
    await reportIncident(this.#deps, { kind: 'failing-agent', subject: agentId, message });
    try {
      await prover.recheck();
    } catch (error) {
      if (error instanceof AgentUnfitError || signal.aborted) throw error;
      log.warn({ err: error }, 'the machine could not be checked');
    }
    const pauseMs = backoffMs(this.#checks, this.#pauses);
    const pauseSeconds = Math.round(pauseMs / 1000);
    status.note(`${failed}, and no cause was found: it tries one job after ${pauseSeconds} s; ${advice}`);
    log.error({ pauseMs }, `no cause was found: the agent pauses, then tries one job; ${advice}`);
    await pause(pauseMs, signal);
  }

  get #isOnTrial(): boolean {
    return this.#checks > 0;
  }
}
