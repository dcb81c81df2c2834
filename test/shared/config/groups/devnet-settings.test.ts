import { describe, expect, it } from 'vitest';

import { readDevnetSettings } from '../../../../shared/config/groups/devnet-settings.ts';

describe('the settings of a devnet', () => {
  it('start our own node and two of our own agents unless they say otherwise', () => {
    expect(read({})).toMatchObject({ node: 'coppice', agents: { kind: 'coppice', count: 2 } });
  });

  it.each([
    ['4', { kind: 'coppice', count: 4 }],
    ['coppice', { kind: 'coppice', count: 2 }],
    ['official', { kind: 'official', count: 2 }],
    ['official:64', { kind: 'official', count: 64 }],
    ['gateway', { kind: 'gateway', count: 2 }],
    ['gateway:3', { kind: 'gateway', count: 3 }],
  ])('take %s for the agents', (text, agents) => {
    expect(read({ COPPICE_DEVNET_AGENTS: text })).toMatchObject({ agents });
  });

  it.each(['0', '65', 'official:', 'official:0', 'aztec', 'official:2:2', 'gateway:'])(
    'refuse %s for the agents',
    (text) => {
      const { problems } = readDevnetSettings({ COPPICE_DEVNET_AGENTS: text });
      expect(problems.join()).toContain('a number from 1 to 64; coppice, official or gateway');
    },
  );

  function read(environment: Readonly<Record<string, string>>): unknown {
    return readDevnetSettings(environment).settings;
  }
});
