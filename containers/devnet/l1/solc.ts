import { text } from 'node:stream/consumers';
import solc from 'solc';

/** What npm's solc does not say about itself. */
interface Compiler {
  version(): string;
  /** Takes and returns standard JSON, as text. */
  compile(input: string): string;
}

// npm's solc behind the command line that forge speaks: `--version`, or a standard JSON input on stdin. Forge puts the
// sources into the input, so there are no files to look up.
const compiler = solc as Compiler;
if (process.argv.includes('--version')) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${compiler.version()}\n`);
} else if (process.argv.includes('--standard-json')) {
  process.stdout.write(compiler.compile(await text(process.stdin)));
} else {
  process.stderr.write('this solc knows --version and --standard-json only\n');
  process.exitCode = 1;
}
