import { describe, expect, it } from 'vitest';

import { readCanarySettings } from '../../../../shared/config/groups/canary-settings.ts';

const KEY = `0x${'11'.repeat(32)}`;

describe('readCanarySettings', () => {
  it('asks by default for eight leaves of the smallest work, and for its own agents, as many as suit the machine', () => {
    expect(readCanarySettings({}).settings).toMatchObject({
      leaves: 8,
      work: '1',
      withoutAgents: false,
      engine: 'embedded',
      l1RpcUrl: undefined,
    });
  });

  it.each([
    [{ COPPICE_CANARY_LEAVES: '0' }, '--leaves (COPPICE_CANARY_LEAVES) must be'],
    [{ COPPICE_CANARY_WORK: '5' }, '--work (COPPICE_CANARY_WORK) must be 1, 2, 3 or 4'],
    [
      { COPPICE_CANARY_L1: 'http://localhost:8545' },
      'needs an account to pay for gas: set PROVER_PUBLISHER_PRIVATE_KEYS',
    ],
    [{ COPPICE_ENGINE_DIRECTORY: 'x' }, 'is for a running fleet: add --no-agents'],
    [{ COPPICE_CANARY_ROLLUP: `0x${'aa'.repeat(20)}` }, 'needs the L1 of that earlier run: add --l1'],
  ])('refuses %j', (environment, problem) => {
    expect(readCanarySettings(environment).problems.join('\n')).toContain(problem);
  });

  it('keeps the key to itself', () => {
    const { settings } = readCanarySettings({
      COPPICE_CANARY_L1: 'http://localhost:8545',
      PROVER_PUBLISHER_PRIVATE_KEYS: KEY,
    });
    expect(settings?.proverPublisherPrivateKeys?.[0]?.reveal()).toBe(KEY);
    expect(JSON.stringify(settings)).not.toContain(KEY.slice(2));
  });
});
