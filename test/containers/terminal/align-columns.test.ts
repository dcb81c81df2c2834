import { describe, expect, it } from 'vitest';

import { alignColumns } from '../../../containers/terminal/align-columns.ts';
import { textOf, toned } from '../../../containers/terminal/line.ts';
import { wrapLine } from '../../../containers/terminal/wrap-line.ts';

const ROWS = [
  ['proven', 'ROOT_ROLLUP', 'by agent-1', toned('dim', '7:9e3f25c3'), ''],
  [
    'rejected',
    'CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP',
    'by agent-2',
    '7:0123abcd',
    'bb was killed: out of memory, three times',
  ],
];
const tableOf = (fit?: Parameters<typeof alignColumns>[1]): string[] => alignColumns(ROWS, fit).map(textOf);

describe('alignColumns', () => {
  it('makes each column as wide as its widest cell', () => {
    expect(tableOf()).toEqual([
      'proven    ROOT_ROLLUP                          by agent-1  7:9e3f25c3',
      'rejected  CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP  by agent-2  7:0123abcd  bb was killed: out of memory, three times',
    ]);
  });

  it('cuts the widest cells first where the table is too wide', () => {
    expect(tableOf({ columns: 80 })).toEqual([
      'proven    ROOT_ROLLUP             by agent-1  7:9e3f25c3',
      'rejected  CHECKPOINT_ROOT_SINGL…  by agent-2  7:0123abcd  bb was killed: out of…',
    ]);
  });

  it('leaves out spare columns before it cuts any', () => {
    expect(tableOf({ columns: 100, spare: [2, 4] })).toEqual([
      'proven    ROOT_ROLLUP                          7:9e3f25c3',
      'rejected  CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP  7:0123abcd  bb was killed: out of memory, three times',
    ]);
    expect(tableOf({ columns: 60, spare: [2, 4] })).toEqual([
      'proven    ROOT_ROLLUP                          7:9e3f25c3',
      'rejected  CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP  7:0123abcd',
    ]);
  });

  it.each([120, 80, 60, 40, 20, 5])('is never wider than %d columns', (columns) => {
    for (const line of tableOf({ columns })) expect(line.length).toBeLessThanOrEqual(columns);
  });
});

describe('wrapLine', () => {
  it('breaks a line between words, and keeps the tone of each part', () => {
    const line = ['  remove the cause and ', toned('bad', 'give the 3 rejected jobs'), ' another attempt'];
    expect(wrapLine(line, 30, '    ').map(textOf)).toEqual([
      '  remove the cause and give',
      '    the 3 rejected jobs',
      '    another attempt',
    ]);
    expect(wrapLine(line, 30, '    ')[1]).toContainEqual(toned('bad', 'jobs'));
    expect(wrapLine(line, 200)).toEqual([line]);
  });

  it('cuts a word that is wider than the terminal', () => {
    expect(wrapLine([`by transaction 0x${'ab'.repeat(32)}.`], 20).map(textOf)).toEqual([
      'by transaction',
      `0x${'ab'.repeat(8)}a…`,
    ]);
  });
});
