import type { Engine } from '../../shared/engine/engine.ts';
import type { AgentRecord } from '../../shared/ledger/agent-registry.ts';
import { AgentId } from '../../shared/ledger/job-ledger.ts';
import { Pool } from '../../shared/proving-job/circuit-family.ts';
import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import { mapBounded } from '../../shared/retry/map-bounded.ts';
import { repeatEvery } from '../../shared/retry/repeat-every.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { AgentDoubt } from './agent-doubt.ts';
import { type AgentBook, type AgentSlot, newSlot } from './agent-slot.ts';

/** How often the registry hears of an agent whose state does not change. */
const REPORT_MS = 40_000;
const REPORTS_AT_ONCE = 8;
/** Longer than any agent polls. */
const GONE_AFTER_MS = 120_000;

export interface AgentSlotsDeps {
  readonly engine: Pick<Engine, 'agents' | 'incidents'>;
  readonly networkVersion: string;
  readonly log: Logger;
  readonly nowMs: () => number;
}

/**
 * The agents that call. They do not say who they are, so each is a number at its client's address: an agent that proves is
 * known by its job, an idle one takes the first number that is free. Their records in the registry are for people, and the
 * number of distinct ones for the budgets of jobs.
 */
export class AgentSlots implements AgentBook {
  readonly #deps: AgentSlotsDeps;
  readonly #doubt: AgentDoubt;
  readonly #slots = new Map<string, AgentSlot[]>();

  constructor(deps: AgentSlotsDeps) {
    this.#deps = deps;
    this.#doubt = new AgentDoubt(deps);
  }

  get all(): readonly AgentSlot[] {
    return [...this.#slots.values()].flat();
  }

  /** The agent that calls: the one with the job, else the first that is idle and not calling, else a new one. */
  of(client: string, jobId?: ProvingJobId): AgentSlot {
    const slots = this.#slots.get(client) ?? [];
    this.#slots.set(client, slots);
    const known =
      slots.find((slot) => jobId !== undefined && slot.jobId === jobId) ??
      slots.find((slot) => slot.jobId === undefined && !slot.isCalling) ??
      this.#add(client, slots);
    known.lastSeenAtMs = this.#deps.nowMs();
    return known;
  }

  began(slot: AgentSlot, jobId: ProvingJobId, atMs: number): void {
    slot.jobId = jobId;
    slot.jobSinceMs = atMs;
    void this.#report([slot]);
  }

  ended(slot: AgentSlot, outcome: 'proven' | 'failed' | 'lost'): void {
    slot.jobId = undefined;
    slot.jobSinceMs = undefined;
    if (outcome === 'proven') slot.jobsProven += 1;
    if (outcome !== 'lost') this.#doubt.note(slot, outcome);
    void this.#report([slot]);
  }

  isDoubted(slot: AgentSlot): boolean {
    return this.#doubt.isDoubted(slot);
  }

  /** Reports agents at an interval, and forgets those that have gone, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await repeatEvery(REPORT_MS, () => this.#reportAll(), signal);
    await this.#report(this.all, 'stopped');
  }

  #add(client: string, slots: AgentSlot[]): AgentSlot {
    const slot = newSlot(AgentId.parse(`${client}-${slots.length + 1}`), client, this.#deps.nowMs());
    slots.push(slot);
    void this.#report([slot]);
    return slot;
  }

  async #reportAll(): Promise<void> {
    const nowMs = this.#deps.nowMs();
    const isGone = (slot: AgentSlot): boolean => !slot.isCalling && nowMs - slot.lastSeenAtMs > GONE_AFTER_MS;
    for (const slot of this.all) {
      // The clock has been set back since.
      slot.lastSeenAtMs = Math.min(slot.lastSeenAtMs, nowMs);
      if (isGone(slot)) slot.jobId = undefined;
    }
    for (const [client, slots] of this.#slots) {
      // Only from the end, so that the numbers of the others stay.
      const last = slots.findLastIndex((slot) => !isGone(slot));
      slots.splice(last + 1);
      if (slots.length === 0) this.#slots.delete(client);
    }
    await this.#report(this.all.filter((slot) => !isGone(slot)));
  }

  async #report(slots: readonly AgentSlot[], state?: 'stopped'): Promise<void> {
    const { engine, log } = this.#deps;
    try {
      await mapBounded(slots, REPORTS_AT_ONCE, (slot) => engine.agents.report(this.#recordOf(slot, state)));
    } catch (error) {
      log.debug({ err: error }, 'the records of agents are not up to date');
    }
  }

  #recordOf(slot: AgentSlot, state?: 'stopped'): AgentRecord {
    const { agentId, client, jobId, jobSinceMs, note, startedAtMs, lastSeenAtMs, jobsProven } = slot;
    return {
      agentId,
      // Official agents know no pools: they take what they are given.
      pools: [...Pool.options],
      family: 'aztec',
      networkVersion: this.#deps.networkVersion,
      hostname: client,
      pid: 0,
      state: state ?? (jobId === undefined ? 'idle' : 'proving'),
      ...(jobId !== undefined && { jobId }),
      ...(jobSinceMs !== undefined && { jobSinceMs }),
      startedAtMs,
      lastSeenAtMs,
      jobsProven,
      ...(note !== undefined && { note }),
    };
  }
}
