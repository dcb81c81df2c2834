import { describe, expect, it } from 'vitest';

import { readDevnetSettings } from '../../../../shared/config/groups/devnet-settings.ts';

describe('the settings of a devnet', () => {
  it('start our own node and two of our own agents unless they say otherwise', () => {
    expect(read({})).toMatchObject({ node: 'coppice', agents: { maker: 'coppice', count: 2 } });
  });

  it.each([
    ['4', { maker: 'coppice', count: 4 }],
    ['coppice', { maker: 'coppice', count: 2 }],
    ['official', { maker: 'official', count: 2 }],
    ['official:64', { maker: 'official', count: 64 }],
  ])('take %s for the agents', (text, agents) => {
    expect(read({ COPPICE_DEVNET_AGENTS: text })).toMatchObject({ agents });
  });

  it.each(['0', '65', 'official:', 'official:0', 'aztec', 'official:2:2'])('refuse %s for the agents', (text) => {
    const { problems } = readDevnetSettings({ COPPICE_DEVNET_AGENTS: text });
    expect(problems.join()).toContain('a number from 1 to 64, coppice or official');
  });

  function read(environment: Readonly<Record<string, string>>): unknown {
    return readDevnetSettings(environment).settings;
  }
});
