import { text } from 'node:stream/consumers';
import solc from 'solc';

/** The types that npm's solc does not declare. */
interface Compiler {
  version(): string;
  /** Takes and returns standard JSON, as text. */
  compile(input: string): string;
}

// npm's solc behind the command line that forge speaks: `--version`, or a standard JSON input on stdin. Forge puts the
// sources into the input, so no files have to be found.
const compiler = solc as Compiler;
if (process.argv.includes('--version')) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${compiler.version()}\n`);
} else if (process.argv.includes('--standard-json')) {
  process.stdout.write(compiler.compile(await text(process.stdin)));
} else {
  process.stderr.write('this solc supports only --version and --standard-json\n');
  process.exitCode = 1;
}
