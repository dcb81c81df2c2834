import { describe, expect, it } from 'vitest';

import { AGENT_GROUPS, parseAgentSettings } from '../../../../shared/config/groups/agent-settings.ts';
import { settingsIn } from '../../../../shared/config/groups/known-settings.ts';
import { circuitsOf } from '../../../../shared/proving-job/circuit-catalogue.ts';

describe('parseAgentSettings', () => {
  it("takes every pool and every circuit of Aztec's by default", () => {
    const settings = parseAgentSettings({});
    expect(settings.pools).toEqual(['small', 'medium', 'large', 'gpu']);
    expect(settings.proofTypes).toEqual(circuitsOf('aztec'));
    expect(settings.families).toEqual(['aztec']);
  });

  it('refuses an unknown proof type instead of leaving it out, and names the one that was meant', () => {
    expect(() => parseAgentSettings({ PROVER_AGENT_PROOF_TYPES: 'PARITY_BASE,PARITY_ROT' })).toThrow(
      "got 'PARITY_ROT'; did you mean PARITY_ROOT?",
    );
  });

  it('reads a list with blanks after its commas whole', () => {
    expect(parseAgentSettings({ PROVER_AGENT_PROOF_TYPES: 'PARITY_BASE, PARITY_ROOT' }).proofTypes).toEqual([
      'PARITY_BASE',
      'PARITY_ROOT',
    ]);
  });

  it('reads a part of the usual time as what it is, where Aztec reads 0', () => {
    expect(parseAgentSettings({ PROVER_TEST_DELAY_FACTOR: '0.25' }).proverTestDelayFactor).toBe(0.25);
  });

  it('reads no key and no RPC URL', () => {
    const secrets = settingsIn(AGENT_GROUPS).filter(({ kind }) => kind.isSecret);
    expect(secrets.map(({ variable }) => variable)).toEqual([
      'PROVER_BROKER_HOST',
      'ECS_AGENT_URI',
      'AWS_ENDPOINT_URL',
      'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
    ]);
  });
});
