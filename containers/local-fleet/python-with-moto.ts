import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { findPythons, OLDEST_PYTHON } from './find-python.ts';

const run = promisify(execFile);

const REQUIREMENT = 'moto[server]==5.2.1';
/** What serve-moto.py needs of Python's packages; it takes moto's insides apart, so another major version will not do. */
const CHECK = `
import importlib.metadata, importlib.util, sys
needed = ("moto", "flask", "flask_cors", "yaml", "py_partiql_parser")
missing = [name for name in needed if importlib.util.find_spec(name) is None]
sys.exit(bool(missing) or importlib.metadata.version("moto").split(".")[0] != "5")
`;
const CACHE_DIRECTORY = fileURLToPath(new URL('../../node_modules/.cache/coppice-moto', import.meta.url));
const INSTALL_MS = 600_000;

/** There is no emulator of AWS here, and none could be made. */
export class MotoUnavailableError extends Error {
  override readonly name = 'MotoUnavailableError';
  /** What is in the way. */
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`no emulator of AWS can be started: ${reason}; or set AWS_ENDPOINT_URL to one that runs`, options);
    this.reason = reason;
  }
}

export interface PythonWithMotoOptions {
  /** Programs to choose from. @default {@link findPythons} */
  readonly pythons?: readonly string[];
  /** Where a virtual environment is made when none of them has moto. @default in `node_modules/.cache` */
  readonly cacheDirectory?: string;
  /** What is installed there. @default the version that Coppice was tried with */
  readonly requirement?: string;
  /** Ends an installation under way. */
  readonly signal?: AbortSignal;
  /** Told what takes long. @default standard error */
  readonly tell?: (line: string) => void;
}

/**
 * The program of a Python that has moto: an installed one, else one that is installed now, once, for all later runs.
 * @throws {MotoUnavailableError}
 */
export async function pythonWithMoto(options: PythonWithMotoOptions = {}): Promise<string> {
  const { cacheDirectory = CACHE_DIRECTORY, tell = tellUser } = options;
  const pythons = options.pythons ?? (await findPythons());
  const cached = programIn(cacheDirectory);
  for (const python of [...pythons, cached]) {
    if (await hasMoto(python)) return python;
  }
  const [python] = pythons;
  if (python === undefined) {
    throw new MotoUnavailableError(`there is no Python ${OLDEST_PYTHON} or newer on the PATH: install one`);
  }
  tell('installing moto, an emulator of AWS, in node_modules, once');
  try {
    await install(python, cacheDirectory, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw new MotoUnavailableError(`${python} cannot install ${REQUIREMENT} (${reasonOf(error)}): install it by hand`, {
      cause: error,
    });
  }
  return cached;
}

/**
 * Makes the environment aside and gives it its name when it is whole: an installation that is interrupted, or fails, is
 * never taken for one. Of several at once the first to finish wins.
 */
async function install(python: string, directory: string, options: PythonWithMotoOptions): Promise<void> {
  const { requirement = REQUIREMENT, signal } = options;
  const limits = { timeout: INSTALL_MS, ...(signal && { signal }) };
  fs.mkdirSync(path.dirname(directory), { recursive: true });
  removeAbandoned(directory);
  const making = `${directory}.making-${process.pid}-${randomUUID().slice(0, 8)}`;
  try {
    await run(python, ['-m', 'venv', making], limits);
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'];
    await run(programIn(making), [...pip, requirement], limits);
    if (!(await hasMoto(programIn(making)))) throw new Error(`${requirement} does not bring all that is needed`);
    if (renamed(making, directory) || (await hasMoto(programIn(directory)))) return;
    // What is there was spoilt since, perhaps by a newer Python in the place of its own.
    fs.rmSync(directory, { recursive: true, force: true });
    fs.renameSync(making, directory);
  } finally {
    fs.rmSync(making, { recursive: true, force: true });
  }
}

/** `false` when something has that name already. */
function renamed(from: string, to: string): boolean {
  try {
    fs.renameSync(from, to);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** Deletes what installations that were killed have left. */
function removeAbandoned(directory: string): void {
  const prefix = `${path.basename(directory)}.making-`;
  for (const name of fs.readdirSync(path.dirname(directory))) {
    if (!name.startsWith(prefix) || isAlive(Number.parseInt(name.slice(prefix.length), 10))) continue;
    fs.rmSync(path.join(path.dirname(directory), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function hasMoto(python: string): Promise<boolean> {
  try {
    await run(python, ['-c', CHECK]);
    return true;
  } catch {
    return false;
  }
}

function programIn(directory: string): string {
  return path.join(directory, 'bin', 'python');
}

/** The last that a program said, or why there was none. */
function reasonOf(error: unknown): string {
  const { stderr, message } = error as Error & { readonly stderr?: string };
  return stderr?.trim().split('\n').at(-1) || message;
}

function tellUser(line: string): void {
  process.stderr.write(`coppice: ${line}\n`);
}
