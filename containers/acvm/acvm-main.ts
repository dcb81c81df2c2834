import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { errorText } from '../../shared/telemetry/error-text.ts';
import { EXIT_CODES } from '../processes/exit-codes.ts';
import { executeCircuit } from './execute-circuit.ts';
import { MisusedError, readArguments } from './read-arguments.ts';
import { parseWitness, renderWitness } from './witness-text.ts';

// acvm execute --working-directory W --bytecode FILE --input-witness FILE [--print] [--output-witness NAME]
//
// The part of the command line of Aztec's acvm that Aztec's prover uses: both files are in W, and so is NAME.gz afterwards.

try {
  const { directory, bytecodeFile, inputWitnessFile, prints, outputWitnessName } = readArguments(process.argv.slice(2));
  const [bytecode, inputWitness] = await Promise.all([
    readFile(path.join(directory, bytecodeFile)),
    readFile(path.join(directory, inputWitnessFile), 'utf8'),
  ]);
  const { witness, compressed } = await executeCircuit(bytecode, parseWitness(inputWitness));
  if (outputWitnessName !== undefined) await writeFile(path.join(directory, `${outputWitnessName}.gz`), compressed);
  if (prints) process.stdout.write(renderWitness(witness));
} catch (error) {
  process.stderr.write(`acvm: ${errorText(error)}\n`);
  process.exitCode = error instanceof MisusedError ? EXIT_CODES.misused : EXIT_CODES.failed;
}
