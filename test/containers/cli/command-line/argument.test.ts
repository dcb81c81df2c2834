import { describe, expect, it } from 'vitest';

import { NO_ARGUMENT, optionalArgument, readArgument } from '../../../../containers/cli/command-line/argument.ts';
import { EPOCH } from '../../../../containers/fleet-view/find-epoch.ts';

const COMMAND = 'coppice tree EPOCH';

describe('readArgument', () => {
  it('returns the parsed argument', () => {
    expect(readArgument(['7'], { kind: EPOCH }, COMMAND)).toEqual({ argument: { value: '7' }, problems: [] });
    expect(readArgument(['7'], optionalArgument(EPOCH), COMMAND)).toEqual({ argument: { value: '7' }, problems: [] });
  });

  it('reports a required argument that is missing, and how the command is called', () => {
    expect(readArgument([], { kind: EPOCH }, COMMAND)).toEqual({
      argument: undefined,
      problems: ['missing EPOCH, a whole number: coppice tree EPOCH'],
    });
    expect(readArgument([], optionalArgument(EPOCH), COMMAND)).toEqual({
      argument: { value: undefined },
      problems: [],
    });
  });

  it.each(['x', '-1', '1.5', '0x7', '1e3', ''])("reports an invalid argument: '%s'", (word) => {
    expect(readArgument([word], { kind: EPOCH }, COMMAND)).toEqual({
      argument: undefined,
      problems: [`EPOCH must be a whole number; got '${word}'`],
    });
  });

  it('reports every argument beyond those that the command takes', () => {
    expect(readArgument(['7', '8', '9'], { kind: EPOCH }, COMMAND).problems).toEqual([
      "unexpected argument '8' (flags start with --)",
      "unexpected argument '9' (flags start with --)",
    ]);
    expect(readArgument(['7'], NO_ARGUMENT, 'coppice status')).toEqual({
      argument: { value: undefined },
      problems: ["unexpected argument '7' (flags start with --)"],
    });
  });
});
