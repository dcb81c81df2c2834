import { parseArgs } from 'node:util';

import { errorText } from '../../shared/telemetry/error-text.ts';

/** What to execute, and where the witness goes. Files are relative to `directory`. */
export interface AcvmArguments {
  readonly directory: string;
  readonly bytecodeFile: string;
  readonly inputWitnessFile: string;
  /** Whether the solved witness is printed. */
  readonly prints: boolean;
  /** The file of the solved witness, without `.gz`. */
  readonly outputWitnessName: string | undefined;
}

/** The command line is wrong. */
export class MisusedError extends Error {
  override readonly name = 'MisusedError';
}

const USAGE =
  'usage: acvm execute --working-directory <folder> --bytecode <file> --input-witness <file> [--print] [--output-witness <name>]';

/** @throws {MisusedError} */
export function readArguments(commandLine: readonly string[]): AcvmArguments {
  const { values, positionals } = parse(commandLine);
  if (positionals.join(' ') !== 'execute') throw new MisusedError(`the only command is execute\n${USAGE}`);
  const required = (name: 'working-directory' | 'bytecode' | 'input-witness'): string => {
    const value = values[name];
    if (value === undefined) throw new MisusedError(`--${name} is missing\n${USAGE}`);
    return value;
  };
  return {
    directory: required('working-directory'),
    bytecodeFile: required('bytecode'),
    inputWitnessFile: required('input-witness'),
    prints: values.print,
    outputWitnessName: values['output-witness'],
  };
}

function parse(commandLine: readonly string[]) {
  try {
    return parseArgs({
      args: [...commandLine],
      allowPositionals: true,
      options: {
        'working-directory': { type: 'string' },
        bytecode: { type: 'string' },
        'input-witness': { type: 'string' },
        print: { type: 'boolean', default: false },
        'output-witness': { type: 'string' },
      },
    });
  } catch (error) {
    throw new MisusedError(`${errorText(error)}\n${USAGE}`, { cause: error });
  }
}
