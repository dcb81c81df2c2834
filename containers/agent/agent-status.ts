import type { AgentRecord } from '../../shared/ledger/agent-registry.ts';
import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import type { SpeedClass } from '../../shared/proving-job/speed-class.ts';

/** The agent's record in the registry; every change is reported. */
export class AgentStatus {
  readonly #report: (record: AgentRecord) => void;
  readonly #nowMs: () => number;
  #record: AgentRecord;

  constructor(
    agent: Omit<AgentRecord, 'state' | 'lastSeenAtMs' | 'jobsProven'>,
    report: (record: AgentRecord) => void,
    nowMs: () => number,
  ) {
    this.#report = report;
    this.#nowMs = nowMs;
    this.#record = { ...agent, state: 'starting', lastSeenAtMs: nowMs(), jobsProven: 0 };
    report(this.#record);
  }

  /** Why it takes no job; `undefined` when it proves, or would. */
  get unreadiness(): string | undefined {
    const { state, note } = this.#record;
    if (state === 'idle' || state === 'proving') return undefined;
    return state === 'starting' ? (note ?? 'the prover is starting') : 'the agent is stopping';
  }

  get jobsProven(): number {
    return this.#record.jobsProven;
  }

  idle(): void {
    if (this.#record.state !== 'idle') this.#change({ ...this.#withoutJob(), state: 'idle' });
  }

  /** The agent cannot take jobs for now. */
  unready(note: string): void {
    this.#change({ ...this.#withoutJob(), state: 'starting', note });
  }

  /** The share of the last minutes in which it proved, where that is measured. */
  measured(busyShare: number | undefined): void {
    this.#change({ ...this.#record, ...(busyShare !== undefined && { busyShare }) });
  }

  /** How fast it makes real proofs. */
  knowsSpeed(speedClass: SpeedClass): void {
    this.#change({ ...this.#record, speedClass });
  }

  proving(jobId: ProvingJobId, claimedAtMs: number): void {
    this.#change({ ...this.#record, state: 'proving', jobId, jobSinceMs: claimedAtMs });
  }

  proven(): void {
    this.#change({ ...this.#record, jobsProven: this.#record.jobsProven + 1 });
  }

  draining(): void {
    this.#change({ ...this.#record, state: 'draining' });
  }

  /** Records why the agent cannot work, or why it last refused a job. */
  note(note: string): void {
    this.#change({ ...this.#record, note });
  }

  clearNote(): void {
    const { note: _note, ...rest } = this.#record;
    this.#change(rest);
  }

  /** The final record. */
  stopped(): AgentRecord {
    return { ...this.#withoutJob(), state: 'stopped', lastSeenAtMs: this.#nowMs() };
  }

  #withoutJob(): AgentRecord {
    const { jobId: _jobId, jobSinceMs: _jobSinceMs, ...rest } = this.#record;
    return rest;
  }

  #change(record: AgentRecord): void {
    this.#record = { ...record, lastSeenAtMs: this.#nowMs() };
    this.#report(this.#record);
  }
}
