import { describe, expect, it } from 'vitest';

import { ClientNetworks, isLoopback, plainAddress } from '../../../../containers/broker/transport/client-networks.ts';
import { parseNetwork } from '../../../../shared/config/network.ts';

describe('parseNetwork', () => {
  it.each([
    ['10.0.0.0/8', { address: '10.0.0.0', prefixBits: 8 }],
    ['192.0.2.7', { address: '192.0.2.7', prefixBits: 32 }],
    ['fd00::/8', { address: 'fd00::', prefixBits: 8 }],
    ['::1', { address: '::1', prefixBits: 128 }],
  ])('reads %s', (text, network) => {
    expect(parseNetwork(text)).toEqual(network);
  });

  it.each(['10.0.0.0/33', '10.0.0/8', 'host/8', '10.0.0.0/8/8', '10.0.0.0/', '', 'fd00::/129', '10.0.0.0/-1'])(
    'refuses %j',
    (text) => {
      expect(parseNetwork(text)).toBeUndefined();
    },
  );
});

describe('ClientNetworks', () => {
  it('lets every client in when no network is named', () => {
    expect(new ClientNetworks([]).includes('203.0.113.9')).toBe(true);
  });

  it('lets in clients of the named networks and of this machine, and no others', () => {
    const networks = new ClientNetworks([parseNetwork('10.1.0.0/16')!, parseNetwork('fd00::/8')!]);
    const clients = ['10.1.255.3', 'fd12::5', '127.0.0.1', '::1', '10.2.0.1', 'fe80::1', '203.0.113.9'];
    expect(clients.filter((client) => networks.includes(client))).toEqual([
      '10.1.255.3',
      'fd12::5',
      '127.0.0.1',
      '::1',
    ]);
  });
});

it('sees the IPv4 address that IPv6 wraps', () => {
  expect(plainAddress('::ffff:10.0.0.5')).toBe('10.0.0.5');
  expect(plainAddress('::ffff:abcd')).toBe('::ffff:abcd');
});

it('takes only addresses of this machine alone for loopback', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost', '::ffff:127.0.0.1'].every(isLoopback)).toBe(true);
  expect(['0.0.0.0', '::', '10.0.0.1', 'broker.internal'].some(isLoopback)).toBe(false);
});
