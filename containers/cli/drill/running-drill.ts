import { changeDrill } from '../../../shared/drills/drill-lock.ts';
import type { DrillRecord, TakenFault } from '../../../shared/drills/drill-record.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { engineKindOf } from '../../../shared/engine/engine-kind.ts';
import { type AgentId, type JobRecord, leaseAt } from '../../../shared/ledger/job-ledger.ts';
import type { Note } from '../../../shared/ledger/notes.ts';
import { messageOf } from '../../../shared/proving-job/job-message.ts';
import type { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';
import { pause } from '../../../shared/retry/pause.ts';
import type { AgentControl } from './agent-control.ts';
import { readHeldJobs } from './drill-fleet.ts';
import type { DrillPlan, TargetAgent } from './drill-plan.ts';

/** What was hit, and when. Times are Unix milliseconds. */
export interface Hit {
  readonly atMs: number;
  /** The same as `atMs` for a fault that does not last. */
  readonly faultEndsAtMs: number;
  /** The agent, or the process that took the fault, for people. */
  readonly where: string;
  /** The jobs that the fleet must recover; empty for `fail-rpc`. */
  readonly jobIds: readonly ProvingJobId[];
}

export interface RunDrillDeps {
  readonly engine: Engine;
  /** Distinguishes this drill from others. */
  readonly id: string;
  /** The process that drills, for people. */
  readonly by: string;
  /** How long to wait for something to hit, and for the fleet to recover, each. */
  readonly timeoutSeconds: number;
  /** Ends the drill and its fault when it aborts. */
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
}

/** There was nothing to hit, or no process took the fault. Nothing of it is left in force. */
export class NothingHitError extends Error {
  override readonly name = 'NothingHitError';
}

/** Between two reads, by engine: on AWS each is a request for every circuit of an epoch. */
const POLL_MS = { embedded: 200, aws: 2_000 } as const;

/** A drill whose record is in place: brings its fault about, and waits for the fleet to recover. */
export class RunningDrill {
  readonly #plan: DrillPlan;
  readonly #note: Note<DrillRecord>;
  readonly #deps: RunDrillDeps;
  /** By then something must be hit, and the fault taken. */
  readonly #hitByMs: number;

  /** @param startedAtMs as the record has it: it expires once both of the drill's time limits are over */
  constructor(plan: DrillPlan, note: Note<DrillRecord>, startedAtMs: number, deps: RunDrillDeps) {
    this.#plan = plan;
    this.#note = note;
    this.#deps = deps;
    this.#hitByMs = startedAtMs + deps.timeoutSeconds * 1000;
  }

  async hit(): Promise<Hit> {
    const { fault, agent } = this.#plan;
    switch (fault) {
      case 'stop-agent':
      case 'kill-agent':
        if (agent === undefined) throw new NothingHitError('no agent was chosen');
        return this.#hitAgent(agent);
      case 'duplicate-message':
        return this.#duplicate();
      case 'delay-settlement':
      case 'fail-rpc':
        return this.#untilTaken();
    }
  }

  /** @returns `undefined` when the fleet has not recovered in time */
  async recoveredAtMs(hit: Hit): Promise<number | undefined> {
    const isOfL1 = this.#plan.fault === 'fail-rpc';
    const poll = isOfL1 ? async () => (await this.#taken())?.recoveredAtMs : () => this.#recoveredJobsAtMs(hit);
    return this.#until(hit.faultEndsAtMs + this.#deps.timeoutSeconds * 1000, poll);
  }

  async #hitAgent({ record, control }: TargetAgent): Promise<Hit> {
    const { agentId } = record;
    const isItsOwn = ({ lease }: JobRecord): boolean => lease?.agentId === agentId;
    const jobs = await this.#heldJobs(isItsOwn, `agent ${agentId} held no job`);
    const atMs = await this.#endAgent(agentId, control);
    // It may have begun another one at the last moment.
    const begun = (await this.#readHeldJobs()).filter(isItsOwn);
    const jobIds = new Set([...jobs, ...begun].map(({ id }) => id));
    return { atMs, faultEndsAtMs: atMs, where: `agent ${agentId}, ${control.place}`, jobIds: [...jobIds] };
  }

  /** @returns when */
  async #endAgent(agentId: AgentId, control: AgentControl): Promise<number> {
    if (this.#plan.fault === 'stop-agent') await control.stop();
    else if (control.kill !== undefined) await control.kill();
    else {
      await changeDrill(this.#note, this.#deps.id, (drill) => ({ ...drill, agentId }));
      return (await this.#untilTaken()).atMs;
    }
    return this.#deps.nowMs();
  }

  async #duplicate(): Promise<Hit> {
    const [job] = await this.#heldJobs(() => true, 'no agent held a job');
    if (job === undefined) throw new NothingHitError('no agent held a job');
    await this.#deps.engine.queue.enqueue([messageOf(job)], job.pool);
    const atMs = this.#deps.nowMs();
    const where = `job of agent ${job.lease?.agentId ?? '?'}`;
    return { atMs, faultEndsAtMs: atMs, where, jobIds: [job.id] };
  }

  async #heldJobs(isWanted: (job: JobRecord) => boolean, otherwise: string): Promise<readonly JobRecord[]> {
    const held = await this.#until(this.#hitByMs, async () => {
      const wanted = (await this.#readHeldJobs()).filter(isWanted);
      return wanted.length === 0 ? undefined : wanted;
    });
    if (held !== undefined) return held;
    throw new NothingHitError(`${otherwise} within ${this.#deps.timeoutSeconds} s: there was nothing to hit`);
  }

  #readHeldJobs(): Promise<readonly JobRecord[]> {
    return readHeldJobs(this.#deps.engine, this.#plan.open, this.#deps.nowMs());
  }

  async #untilTaken(): Promise<Hit> {
    const { timeoutSeconds } = this.#deps;
    const taken = await this.#until(this.#hitByMs, () => this.#taken());
    if (taken === undefined) {
      throw new NothingHitError(
        `no process has taken the fault within ${timeoutSeconds} s: start the fleet's node and agents with ` +
          'COPPICE_DRILLS=allowed, and drill while an epoch is being proven',
      );
    }
    const { by, atMs, jobId } = taken;
    const lasts = this.#plan.fault === 'kill-agent' ? 0 : this.#plan.seconds * 1000;
    return { atMs, faultEndsAtMs: atMs + lasts, where: by, jobIds: jobId === undefined ? [] : [jobId] };
  }

  async #taken(): Promise<TakenFault | undefined> {
    const { value } = await this.#note.find();
    return value?.id === this.#deps.id ? value.taken : undefined;
  }

  /** When the last of the jobs was proven, or was in the hands of another agent. */
  async #recoveredJobsAtMs({ atMs, jobIds }: Hit): Promise<number | undefined> {
    const { engine, nowMs } = this.#deps;
    const agentId = this.#plan.agent?.record.agentId;
    const records = await Promise.all(jobIds.map((id) => engine.jobs.find(id)));
    const times = records.map((job) => {
      if (job === undefined) return undefined;
      if (job.state === 'proven') return job.settledAtMs;
      const lease = agentId === undefined ? undefined : leaseAt(job, nowMs());
      return lease !== undefined && lease.agentId !== agentId ? lease.claimedAtMs : undefined;
    });
    const known = times.filter((time) => time !== undefined);
    return known.length === times.length ? Math.max(atMs, ...known) : undefined;
  }

  /** Polls until there is a result. @returns `undefined` when there is none by that time */
  async #until<Result>(endsAtMs: number, poll: () => Promise<Result | undefined>): Promise<Result | undefined> {
    const { engine, signal, nowMs } = this.#deps;
    const pollMs = POLL_MS[engineKindOf(engine)];
    for (;;) {
      signal.throwIfAborted();
      const result = await poll();
      if (result !== undefined || nowMs() >= endsAtMs) return result;
      await pause(pollMs, signal);
    }
  }
}
