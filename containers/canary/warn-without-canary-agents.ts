import type { AgentRegistry } from '../../shared/ledger/agent-registry.ts';
import { repeatEvery } from '../../shared/retry/repeat-every.ts';

const EVERY_MS = 60_000;
const SEEN_WITHIN_SECONDS = 120;

export interface WarnWithoutCanaryAgentsDeps {
  readonly agents: AgentRegistry;
  /** Shows a line to the operator. */
  readonly say: (line: string) => void;
}

/** Reports once a minute, until `signal` aborts, that no agent of the fleet proves canaries: nothing would ever move. */
export function runCanaryAgentWarning(deps: WarnWithoutCanaryAgentsDeps, signal: AbortSignal): Promise<void> {
  return repeatEvery(EVERY_MS, () => warnWithoutCanaryAgents(deps), signal);
}

export async function warnWithoutCanaryAgents({ agents, say }: WarnWithoutCanaryAgentsDeps): Promise<void> {
  // A fleet that cannot be reached shows elsewhere.
  const seen = await agents.seenWithin(SEEN_WITHIN_SECONDS).catch(() => undefined);
  if (seen === undefined) return;
  const working = seen.filter(({ state }) => state !== 'stopped');
  if (working.some(({ family }) => family.split(',').includes('canary'))) return;
  const which = working.length === 0 ? 'no agent' : `none of ${working.length} agents`;
  say(
    `${which} of this fleet proves canaries, so the jobs wait: start agents on it with --agent-families aztec,canary`,
  );
}
