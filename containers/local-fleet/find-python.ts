import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The oldest version that moto 5.2 supports. */
export const OLDEST_PYTHON = '3.10';
const NAMES = ['python3', 'python'];
const PRINT_PROGRAM = 'import sys; print(sys.executable if sys.version_info >= (3, 10) else "")';

/** The programs of the Pythons on the PATH that are {@link OLDEST_PYTHON} or newer, each once. */
export async function findPythons(path = process.env['PATH'] ?? ''): Promise<readonly string[]> {
  const programs = await Promise.all(
    NAMES.map(async (name) => {
      try {
        const { stdout } = await run(name, ['-c', PRINT_PROGRAM], { env: { ...process.env, PATH: path } });
        return stdout.trim();
      } catch {
        // Not installed, or a stub that only offers to install it.
        return '';
      }
    }),
  );
  return [...new Set(programs)].filter((program) => program !== '');
}
