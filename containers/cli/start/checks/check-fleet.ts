import type { Engine } from '../../../../shared/engine/engine.ts';
import { ready, type RoleFinding, warning } from './role-finding.ts';

const SEEN_WITHIN_SECONDS = 120;

/** Whether there are agents, and of the version whose jobs they are to prove. */
export async function checkAgents(
  { agents, scaler }: Pick<Engine, 'agents' | 'scaler'>,
  networkVersion: string,
): Promise<readonly RoleFinding[]> {
  const subject = 'agents';
  const seen = (await agents.seenWithin(SEEN_WITHIN_SECONDS)).filter(({ state }) => state !== 'stopped');
  const others = seen.filter((agent) => agent.networkVersion !== networkVersion);
  if (others.length > 0) {
    const versions = [...new Set(others.map((agent) => agent.networkVersion))].join(', ');
    const detail = `${others.length} of ${seen.length} are of Aztec ${versions}: they leave jobs of ${networkVersion} to others`;
    return [warning(subject, detail, `start agents of Aztec ${networkVersion}`)];
  }
  if (seen.length > 0) return [ready(subject, `${seen.length} of Aztec ${networkVersion}`)];
  if (scaler !== undefined) return [ready(subject, 'none now: they are started when there are jobs')];
  const remedy = 'start agents on this fleet (coppice start --prover-agent)';
  return [warning(subject, `none was seen in the last ${SEEN_WITHIN_SECONDS} s`, remedy)];
}

/** Whether anything puts jobs into this ledger: an agent on another machine than the node's has a ledger for itself alone. */
export async function checkSource({ epochs }: Pick<Engine, 'epochs'>): Promise<readonly RoleFinding[]> {
  const subject = 'source of jobs';
  const [newest] = await epochs.latest(1);
  if (newest !== undefined) return [ready(subject, `the newest epoch is ${newest.epoch}`)];
  const detail =
    'no node or broker has opened an epoch in this ledger yet, and the embedded engine works on one machine only';
  const remedy =
    'start the node here with the same --data-directory, or name a broker with --prover-broker-url (PROVER_BROKER_HOST)';
  return [warning(subject, detail, remedy)];
}
