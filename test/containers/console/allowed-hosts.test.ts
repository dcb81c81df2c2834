import { describe, expect, it } from 'vitest';

import { AllowedHosts } from '../../../containers/console/serve/allowed-hosts.ts';

const LOOPBACK = ['localhost', 'localhost:8090', '127.0.0.1:8090', '127.0.0.2', '[::1]:8090'];
const ADDRESSES = ['192.168.1.5:8090', '[fd00::5]:8090'];
const NAMES = ['evil.example', 'evil.example:8090', 'localhost.evil.example', '127.0.0.1.evil.example', 'console.corp'];
const MALFORMED = [undefined, '', ' ', 'a b', '[::1'];

describe('the hosts that browsers may name', () => {
  it('are those of this machine where the console listens to it alone', () => {
    const hosts = new AllowedHosts('127.0.0.1', []);
    for (const host of LOOPBACK) expect(hosts.includes(host), host).toBe(true);
    for (const host of [...ADDRESSES, ...NAMES, ...MALFORMED]) expect(hosts.includes(host), host).toBe(false);
  });

  it('are all addresses where it listens beyond, for no site has an address for a name', () => {
    const hosts = new AllowedHosts('0.0.0.0', []);
    for (const host of [...LOOPBACK, ...ADDRESSES]) expect(hosts.includes(host), host).toBe(true);
    for (const host of [...NAMES, ...MALFORMED]) expect(hosts.includes(host), host).toBe(false);
  });

  it('are those that were allowed, in any case', () => {
    const hosts = new AllowedHosts('127.0.0.1', ['Console.corp']);
    expect(hosts.includes('CONSOLE.corp:443')).toBe(true);
    expect(hosts.includes('evil.example')).toBe(false);
  });
});
