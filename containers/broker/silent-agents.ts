import type { Engine } from '../../shared/engine/engine.ts';
import { reportIncident } from '../../shared/ledger/report-incident.ts';
import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import { type Backoff, backoffMs } from '../../shared/retry/backoff.ts';
import { isWithin } from '../../shared/retry/is-within.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';

/** Longer than official agents take to their first report: they are documented to poll every ten seconds. */
const OVERDUE_MS = 15_000;
/** Silent agents are forgotten after this. */
const FORGOTTEN_MS = 900_000;
/** A client with so many silent agents gets no further job for a while. */
const SUSPECTED_FROM = 3;
const PAUSES: Backoff = { firstMs: 30_000, longestMs: 600_000 };

export interface SilentAgentsDeps {
  readonly engine: Pick<Engine, 'incidents'>;
  readonly log: Logger;
  readonly nowMs: () => number;
}

interface Suspect {
  /** The jobs without a report so far, and when each was given. */
  readonly unreported: Map<ProvingJobId, number>;
  pauses: number;
  /** Since when, and for how long, it gets no job. */
  pausedAtMs: number;
  pauseMs: number;
}

/**
 * Keeps jobs from clients whose agents take one after the other and never report on any. An official agent of another version
 * does so when it cannot read the job: it drops what it got and asks again at its next poll, and each job waits for its
 * lease to end, until its budget of lost agents is spent. One that dies over each job does the same.
 */
export class SilentAgents {
  readonly #deps: SilentAgentsDeps;
  readonly #clients = new Map<string, Suspect>();

  constructor(deps: SilentAgentsDeps) {
    this.#deps = deps;
  }

  /** An agent that asked for a job was given one. */
  gave(client: string, jobId: ProvingJobId): void {
    const suspect = this.#clients.get(client) ?? {
      unreported: new Map(),
      pauses: 0,
      pausedAtMs: -Infinity,
      pauseMs: 0,
    };
    this.#clients.set(client, suspect);
    suspect.unreported.set(jobId, this.#deps.nowMs());
  }

  /** An agent reported on the job, whatever it said, or never had it. */
  reported(client: string, jobId: ProvingJobId): void {
    const suspect = this.#clients.get(client);
    if (suspect?.unreported.delete(jobId) !== true) return;
    suspect.pauses = 0;
    suspect.pauseMs = 0;
    if (suspect.unreported.size === 0) this.#clients.delete(client);
  }

  /** Whether an agent of the client may have another job. */
  mayTake(client: string): boolean {
    const suspect = this.#clients.get(client);
    if (suspect === undefined) return true;
    const nowMs = this.#deps.nowMs();
    for (const [jobId, atMs] of suspect.unreported) {
      if (!isWithin(FORGOTTEN_MS, atMs, nowMs)) suspect.unreported.delete(jobId);
    }
    const overdue = suspect.unreported.values().filter((atMs) => nowMs - atMs > OVERDUE_MS);
    if ([...overdue].length < SUSPECTED_FROM) return true;
    if (isWithin(suspect.pauseMs, suspect.pausedAtMs, nowMs)) return false;
    const isFirst = suspect.pauses === 0;
    suspect.pauses += 1;
    const pauseMs = backoffMs(suspect.pauses, PAUSES);
    suspect.pausedAtMs = nowMs;
    suspect.pauseMs = pauseMs;
    this.#report(client, suspect.unreported.size, pauseMs);
    // After each pause, one job shows whether its agents have been fixed.
    return !isFirst;
  }

  #report(client: string, jobs: number, pauseMs: number): void {
    const { log } = this.#deps;
    log.warn({ client, jobs, pauseMs }, 'agents take jobs and report on none of them: they get none for a while');
    const message =
      `agents at ${client} took ${jobs} jobs and reported on none of them: they get none for ${pauseMs / 1000} s; ` +
      'check their version and their log';
    void reportIncident(this.#deps, { kind: 'failing-agent', subject: client, message });
  }
}
