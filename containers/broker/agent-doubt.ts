import type { Engine } from '../../shared/engine/engine.ts';
import { reportIncident } from '../../shared/ledger/report-incident.ts';
import { type Backoff, backoffMs } from '../../shared/retry/backoff.ts';
import { isWithin } from '../../shared/retry/is-within.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { AgentSlot } from './agent-slot.ts';

/** An agent whose jobs failed this often, one after the other, gets none for a while. */
const DOUBTED_AFTER = 3;
const PAUSES: Backoff = { firstMs: 30_000, longestMs: 600_000 };

export interface AgentDoubtDeps {
  readonly engine: Pick<Engine, 'incidents'>;
  readonly log: Logger;
  readonly nowMs: () => number;
}

/** Keeps jobs from agents that fail one after the other: their version or their machine may be wrong. */
export class AgentDoubt {
  readonly #deps: AgentDoubtDeps;

  constructor(deps: AgentDoubtDeps) {
    this.#deps = deps;
  }

  note(slot: AgentSlot, outcome: 'proven' | 'failed'): void {
    if (outcome === 'proven') {
      slot.failuresInRow = 0;
      slot.note = undefined;
      return;
    }
    slot.failuresInRow += 1;
    if (slot.failuresInRow >= DOUBTED_AFTER) this.#pause(slot);
  }

  isDoubted(slot: AgentSlot): boolean {
    return isWithin(slot.doubt.forMs, slot.doubt.sinceMs, this.#deps.nowMs());
  }

  #pause(slot: AgentSlot): void {
    const { log, nowMs } = this.#deps;
    const pauseMs = backoffMs(slot.failuresInRow - DOUBTED_AFTER + 1, PAUSES);
    slot.doubt = { sinceMs: nowMs(), forMs: pauseMs };
    slot.note = `its last ${slot.failuresInRow} jobs failed one after the other: it gets no job for ${pauseMs / 1000} s; check its version and its machine`;
    log.warn(
      { agentId: slot.agentId, failures: slot.failuresInRow, pauseMs },
      'an agent fails its jobs: it gets none for a while',
    );
    void reportIncident(this.#deps, { kind: 'failing-agent', subject: slot.agentId, message: slot.note });
  }
}
