import { describe, expect, it } from 'vitest';

import { parseFlags, type ParsedFlags } from '../../../shared/config/parse-flags.ts';
import { integer, switchKind, text } from '../../../shared/config/value-kinds.ts';

function parse(...argv: string[]): ParsedFlags {
  return parseFlags(argv, {
    settings: [
      { flag: 'lease-seconds', flagAliases: ['lease'], variable: 'LEASE', kind: integer(1) },
      { flag: 'p2p.p2pIp', variable: 'IP', kind: text },
      { flag: 'keep', variable: 'KEEP', kind: switchKind },
    ],
    switches: [{ flag: 'json', description: 'JSON' }],
  });
}

describe('parseFlags', () => {
  it.each([[['--lease-seconds', '8']], [['--lease-seconds=8']], [['--lease', '8']]])('reads %j', (argv) => {
    expect(parse(...argv)).toMatchObject({ texts: new Map([['LEASE', '8']]), problems: [] });
  });

  it.each([
    [['--keep'], 'true', []],
    [['--keep', 'false'], 'false', []],
    [['--keep=false'], 'false', []],
    [['--keep', '7'], 'true', ['7']],
  ])('reads the switch in %j', (argv, value, words) => {
    expect(parse(...argv)).toMatchObject({ texts: new Map([['KEEP', value]]), words, problems: [] });
  });

  it('separates words and switches from settings', () => {
    expect(parse('7', '--json', '--keep')).toMatchObject({ words: ['7'], switches: new Set(['json']), problems: [] });
  });

  it('takes a value that begins with a dash only after =, unless it is a number', () => {
    expect(parse('--p2p.p2pIp=-x').texts.get('IP')).toBe('-x');
    expect(parse('--lease-seconds', '-1').texts.get('LEASE')).toBe('-1');
    expect(parse('--p2p.p2pIp', '--json')).toMatchObject({
      problems: ['--p2p.p2pIp needs a value: text'],
      switches: new Set(['json']),
    });
  });

  it('lists every problem at once, with the flag that was meant', () => {
    expect(parse('--lease-secnds', '8', '--p2pIp=1.2.3.4', '--zzz', '-k', '--json=1', '--keep', '--keep').problems)
      .toMatchInlineSnapshot(`
        [
          "unknown flag --lease-secnds; did you mean --lease-seconds?",
          "unknown flag --p2pIp; did you mean --p2p.p2pIp?",
          "unknown flag --zzz",
          "unknown flag -k",
          "--json takes no value",
          "--keep is given twice",
        ]
      `);
  });

  it('refuses a setting that is given under two of its names', () => {
    expect(parse('--lease-seconds', '8', '--lease', '9').problems).toEqual([
      '--lease is given twice (also as --lease-seconds)',
    ]);
  });

  it('does not repeat the value of an unknown flag, which may be a secret', () => {
    expect(parse('--privateKey=0xhunter2', '--private-key', '0xhunter2').problems.join()).not.toContain('hunter2');
  });
});
