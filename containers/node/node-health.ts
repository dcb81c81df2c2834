import type { AgentRegistry } from '../../shared/ledger/agent-registry.ts';
import type { ClockDisagreement } from '../../shared/l1/l1-clock.ts';
import type { HealthCheck } from '../health/health-check.ts';
import type { ProgramStatus } from '../health/health-server.ts';
import { nodeStatusOf, type NodeVitals } from './node-status.ts';

/** What the node's health pages show. */
export interface NodeHealth {
  status(): Promise<ProgramStatus>;
  live(): readonly HealthCheck[];
  ready(): Promise<readonly HealthCheck[]>;
}

const CATCHING_UP_REASON = 'catching up with L1';

/** A node that is not synced yet: it lives, however long that takes. */
export const CATCHING_UP: NodeHealth = {
  status: async () => ({ isHealthy: false, reason: CATCHING_UP_REASON }),
  live: () => [],
  ready: async () => [{ name: 'synced', problem: CATCHING_UP_REASON }],
};

/** Far longer than a check of the chain takes while L1 is slow. */
const STUCK_MS = 600_000;
const AGENTS_SEEN_WITHIN_SECONDS = 120;

export interface RunningNodeHealthDeps {
  readonly readVitals: () => Promise<NodeVitals>;
  /** When the node last checked for epochs, in Unix milliseconds; `undefined` before the first time. */
  readonly lastLookAtMs: () => number | undefined;
  readonly disagreement: () => ClockDisagreement | undefined;
  /** `undefined` where agents come when there is work. */
  readonly agents: Pick<AgentRegistry, 'seenWithin'> | undefined;
  /** `undefined` where the node submits nothing. */
  readonly funds: { readonly shortage: string | undefined } | undefined;
  readonly nowMs: () => number;
}

/** Of a node that has synced. */
export class RunningNodeHealth implements NodeHealth {
  readonly #deps: RunningNodeHealthDeps;
  readonly #startedAtMs: number;

  constructor(deps: RunningNodeHealthDeps) {
    this.#deps = deps;
    this.#startedAtMs = deps.nowMs();
  }

  async status(): Promise<ProgramStatus> {
    const { readVitals, nowMs, disagreement } = this.#deps;
    return nodeStatusOf(await readVitals(), nowMs(), disagreement());
  }

  live(): readonly HealthCheck[] {
    const { lastLookAtMs, nowMs } = this.#deps;
    const silentMs = nowMs() - (lastLookAtMs() ?? this.#startedAtMs);
    const seconds = Math.round(silentMs / 1000);
    const problem = silentMs < STUCK_MS ? undefined : `has not checked for epochs for ${seconds} s: restart the node`;
    return [{ name: 'watcher', problem }];
  }

  async ready(): Promise<readonly HealthCheck[]> {
    const { agents, funds } = this.#deps;
    const { reason } = await this.status();
    return [
      { name: 'synced', problem: undefined },
      { name: 'l1', problem: reason },
      { name: 'agents', problem: agents && (await noAgents(agents)) },
      { name: 'funds', problem: funds?.shortage },
    ];
  }
}

async function noAgents(agents: Pick<AgentRegistry, 'seenWithin'>): Promise<string | undefined> {
  const seen = await agents.seenWithin(AGENTS_SEEN_WITHIN_SECONDS);
  if (seen.some(({ state }) => state !== 'stopped')) return undefined;
  return (
    `no agent was seen in the last ${AGENTS_SEEN_WITHIN_SECONDS} s: start agents on this fleet ` +
    '(coppice start --prover-agent)'
  );
}
