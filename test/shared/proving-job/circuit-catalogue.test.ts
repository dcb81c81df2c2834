import { describe, expect, it } from 'vitest';

import {
  CircuitName,
  circuitOf,
  isCatalogued,
  isRoot,
  levelOf,
  NativeCircuit,
} from '../../../shared/proving-job/circuit-catalogue.ts';

const WONDER = CircuitName.parse('WONDER_ROLLUP');
const INBOX_PARITY = CircuitName.parse('INBOX_PARITY');

describe('the catalogue of circuits', () => {
  it.each(['lower_case', '9_LIVES', 'A B', 'A:B', '', 7])('takes %j for no name', (name) => {
    expect(CircuitName.safeParse(name).success).toBe(false);
  });

  it.each([
    ['4.1.2', 'medium', 22],
    ['5.2.0', 'small', 21],
    ['6.0.0-rc.1', 'small', 21],
    ['7.3.0', 'small', 21],
    ['of no known form', 'medium', 22],
  ] as const)('has the chonk verifier of version %s in pool %s', (version, pool, log2Gates) => {
    expect(circuitOf('PUBLIC_CHONK_VERIFIER', version)).toMatchObject({ family: 'aztec', pool, log2Gates });
  });

  it('knows the circuits that 6.0 added, and those that it dropped for the versions that have them', () => {
    expect(circuitOf(INBOX_PARITY, '6.0.0')).toMatchObject({ pool: 'medium', lane: 'urgent', level: 'leaves' });
    expect(circuitOf(CircuitName.parse('BLOCK_ROOT_NO_TXS_ROLLUP'), '6.0.0')).toMatchObject({ level: 'block roots' });
    expect(circuitOf('PARITY_ROOT', '5.2.0').expectedSeconds).toBe(18.6);
    expect(isCatalogued(INBOX_PARITY)).toBe(true);
  });

  it('takes a circuit that the version should not have as another version knows it', () => {
    expect(circuitOf(INBOX_PARITY, '4.1.2')).toEqual(circuitOf(INBOX_PARITY, '6.0.0'));
    expect(circuitOf('PARITY_ROOT', '6.0.0')).toEqual(circuitOf('PARITY_ROOT', '4.1.2'));
  });

  it('gives an unknown circuit the largest agents, the normal lane and a level to itself', () => {
    expect(circuitOf(WONDER, '6.0.0')).toMatchObject({ pool: 'large', lane: 'normal', level: 'WONDER_ROLLUP' });
    expect([isCatalogued(WONDER), isRoot(WONDER), levelOf(WONDER)]).toEqual([false, false, 'WONDER_ROLLUP']);
    // A name that every object has.
    expect(isCatalogued(CircuitName.parse('CONSTRUCTOR'))).toBe(false);
  });

  it("has each family's circuits whatever the version of Aztec's", () => {
    for (const version of ['4.1.2', '6.0.0', 'canary-1'])
      expect(circuitOf('CANARY_ROOT', version)).toMatchObject({ family: 'canary', pool: 'small' });
    expect(NativeCircuit.options.filter(isRoot)).toEqual(['ROOT_ROLLUP', 'CANARY_ROOT']);
  });
});
