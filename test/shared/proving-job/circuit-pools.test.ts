import { describe, expect, it } from 'vitest';

import { NativeCircuit, poolBeyond, poolsOf } from '../../../shared/proving-job/circuit-catalogue.ts';

describe('the pools of a circuit', () => {
  it.each([
    ['TX_MERGE_ROLLUP', ['small', 'medium', 'large']],
    ['PARITY_BASE', ['medium', 'large']],
    ['ROOT_ROLLUP', ['large']],
  ] as const)('are, for %s, its own and the larger ones', (circuit, pools) => {
    expect(poolsOf(circuit, '4.1.2')).toEqual(pools);
  });

  it('are only those that its family has circuits of: others may have no agents', () => {
    expect(poolsOf('CANARY_ROOT', '4.1.2')).toEqual(['small']);
  });

  it('are never those with GPUs, unless it is a circuit of theirs', () => {
    for (const circuit of NativeCircuit.options) expect(poolsOf(circuit, '4.1.2')).not.toContain('gpu');
  });

  it.each([
    ['TX_MERGE_ROLLUP', ['small'], 'medium'],
    ['TX_MERGE_ROLLUP', ['medium'], 'large'],
    ['TX_MERGE_ROLLUP', ['large'], undefined],
    ['TX_MERGE_ROLLUP', ['small', 'medium'], 'large'],
    ['TX_MERGE_ROLLUP', ['large', 'small'], undefined],
    ['ROOT_ROLLUP', ['large'], undefined],
    ['CANARY_ROOT', ['small'], undefined],
  ] as const)('go on for %s, beyond agents of %j, with %s', (circuit, pools, beyond) => {
    expect(poolBeyond(circuit, '4.1.2', pools)).toBe(beyond);
  });
});
