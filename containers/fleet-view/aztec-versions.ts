import type { AgentRecord } from '../../shared/ledger/agent-registry.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';

/** The versions of Aztec that a fleet proves for. Versions of the canary's circuits are not Aztec's. */
export function aztecVersionsOf(
  epochs: readonly Pick<EpochRecord, 'shape' | 'networkVersion'>[],
  agents: readonly Pick<AgentRecord, 'family' | 'networkVersion'>[],
): readonly string[] {
  const ofAztec = [
    ...agents.filter(({ family }) => family.split(',').includes('aztec')),
    ...epochs.filter(({ shape }) => shape === undefined || Array.isArray(shape)),
  ];
  return [...new Set(ofAztec.map(({ networkVersion }) => networkVersion))].sort();
}
