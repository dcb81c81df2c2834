import { describe, expect, it } from 'vitest';

import { parseEnvText } from '../../../shared/config/parse-env-text.ts';

const ENVIRONMENT = { HOME: '/home/op', EMPTY: '', NETWORK: 'testnet' };

const read = (...lines: string[]) => parseEnvText(lines.join('\n'), ENVIRONMENT);

describe('parseEnvText', () => {
  it.each([
    ['A=b', 'b'],
    ['A = b ', 'b'],
    ['  export A=b', 'b'],
    ['export\tA=b', 'b'],
    ['A: b', 'b'],
    ['A=', ''],
    ['A=b=c=', 'b=c='],
    ['A=two words', 'two words'],
    ['A=b # comment', 'b'],
    ['A=b# no comment', 'b# no comment'],
    ['A=http://host:8545/#fragment', 'http://host:8545/#fragment'],
    ["A=don't", "don't"],
    ['A=`b`', '`b`'],
    ['A=~/data', '~/data'],
    ['A=back\\nslash', 'back\\nslash'],
  ])('reads the value %j, which has no quotes', (line, value) => {
    expect(read(line)).toEqual({ variables: { A: value }, problems: [] });
  });

  it.each([
    ["A='b' # comment", 'b'],
    ["A='b'#comment", 'b'],
    ["A=' b # c '", ' b # c '],
    ["A='$HOME ${HOME}'", '$HOME ${HOME}'],
    ["A='it\\'s'", "it's"],
    ["A='some\\tvalue'", 'some\\tvalue'],
    ['A="b" # comment', 'b'],
    ['A="b # c"', 'b # c'],
    ['A="say \\"b\\""', 'say "b"'],
    ['A="a\\tb\\nc\\\\d\\0101"', 'a\tb\nc\\dA'],
    ['A="\\$HOME"', '$HOME'],
    ['A="first\nB=2\n# third"', 'first\nB=2\n# third'],
    ["A='first\nsecond'", 'first\nsecond'],
  ])('reads the value %j, in quotes', (line, value) => {
    expect(read(line, 'LAST=1')).toEqual({ variables: { A: value, LAST: '1' }, problems: [] });
  });

  it.each([
    ['$HOME/data', '/home/op/data'],
    ['${HOME}/data', '/home/op/data'],
    ['"${HOME}/data"', '/home/op/data'],
    ['${OTHER:-eth}', 'eth'],
    ['${EMPTY:-eth}', 'eth'],
    ['${EMPTY-eth}', ''],
    ['${HOME:-eth}', '/home/op'],
    ['${OTHER:-http://${OTHER-host}:${PORT:-8545}}/', 'http://host:8545/'],
    ['${HOME:+given}', 'given'],
    ['${EMPTY:+given}', ''],
    ['${EMPTY+given}', 'given'],
    ['${HOME:?must be set}', '/home/op'],
    ['pa$$word', 'pa$word'],
    ['pa$5 $', 'pa$5 $'],
  ])('replaces variables in %j', (written, value) => {
    expect(read(`A=${written}`)).toEqual({ variables: { A: value }, problems: [] });
  });

  it('replaces a variable by what the environment has of it, or else what stands above', () => {
    const { variables } = read('NETWORK=mainnet', 'PREFIX=coppice', 'A=$PREFIX-$NETWORK', 'PREFIX=later');
    expect(variables).toMatchObject({ A: 'coppice-testnet', PREFIX: 'later' });
  });

  it('reads a file of Windows, with a byte order mark and its line ends', () => {
    expect(read('\uFEFFA=1\r', '\r', '# c\r', 'B="2"\r', "C='3' # c\r", 'D=4 # c\r', '')).toEqual({
      variables: { A: '1', B: '2', C: '3', D: '4' },
      problems: [],
    });
  });

  it.each([
    ['no assignment', 'PROVER_ID hunter2', 'expected NAME=value or a comment'],
    ['a name alone', 'hunter2', 'expected NAME=value or a comment'],
    ['a URL alone', 'https://hunter2', 'expected NAME=value or a comment'],
    ['an open quote', 'A="hunter2', 'the quote " is never closed'],
    ['two values', "A='hunter2'hunter2", 'unexpected text after the closing quote'],
    [
      'a comment for a value',
      'A= # hunter2',
      'the value begins with #: put it in quotes, or a comment on its own line',
    ],
    [
      'an unset variable',
      'A=hunter2$OTHER',
      'OTHER is not set: set it first, or write ${OTHER:-} if it may be empty and $$ for a dollar sign',
    ],
    ['a required variable', 'A=${EMPTY:?hunter2}', 'EMPTY is required and not set'],
    ['an open brace', 'A=${HOME hunter2', 'a ${ without its }: write $$ for a dollar sign'],
    [
      'an expression of the shell',
      'A=${HOME/hunter2/x}',
      'unknown expression in ${…}: use ${NAME}, ${NAME:-default}, ${NAME:+other} or ${NAME:?}',
    ],
  ])('names the line of %s, and no value', (_, line, problem) => {
    expect(read('FIRST="a', 'b"', '', line, 'LAST=1').problems).toEqual([{ line: 4, problem }]);
  });
});
