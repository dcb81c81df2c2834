import { describe, expect, it } from 'vitest';

import { readBrokerSettings } from '../../../../shared/config/groups/broker-settings.ts';

describe('readBrokerSettings', () => {
  it('reads the networks that may connect', () => {
    expect(readBrokerSettings({ COPPICE_BROKER_ALLOW: '10.0.0.0/8, fd00::1' }).settings?.brokerAllow).toEqual([
      { address: '10.0.0.0', prefixBits: 8 },
      { address: 'fd00::1', prefixBits: 128 },
    ]);
  });

  it.each(['10.0.0.256/24', '999.0.0.0/8', '10.0.0.0/33', 'fd00::/129', ':::/8', '10.0.0.0/8,300.1.1.1', ','])(
    'refuses %s: what is left out of the list would let everyone in',
    (networks) => {
      const { problems } = readBrokerSettings({ COPPICE_BROKER_ALLOW: networks });
      expect(problems.join()).toMatch(/COPPICE_BROKER_ALLOW.*a network such as 10.0.0.0\/8/);
    },
  );
});
