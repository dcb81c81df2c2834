import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { findPythons, OLDEST_PYTHON } from './find-python.ts';

const run = promisify(execFile);

const REQUIREMENT = 'moto[server]==5.2.1';
/** Checks for the packages that serve-moto.py needs; it changes moto's internals, so it needs this major version. */
const CHECK = `
import importlib.metadata, importlib.util, sys
needed = ("moto", "flask", "flask_cors", "yaml", "py_partiql_parser")
missing = [name for name in needed if importlib.util.find_spec(name) is None]
sys.exit(bool(missing) or importlib.metadata.version("moto").split(".")[0] != "5")
`;
const CACHE_DIRECTORY = fileURLToPath(new URL('../../node_modules/.cache/coppice-moto', import.meta.url));
const INSTALL_MS = 600_000;

/** The emulator of AWS is not installed, and cannot be. */
export class MotoUnavailableError extends Error {
  override readonly name = 'MotoUnavailableError';
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`no emulator of AWS can be started: ${reason}; or set AWS_ENDPOINT_URL to one that runs`, options);
    this.reason = reason;
  }
}

export interface PythonWithMotoOptions {
  /** The Pythons to choose from. @default {@link findPythons} */
  readonly pythons?: readonly string[];
  /** Where a virtual environment is created when none of them has moto. @default in `node_modules/.cache` */
  readonly cacheDirectory?: string;
  /** The package that is installed there. @default the version that Coppice was tested with */
  readonly requirement?: string;
  /** Aborts an installation under way. */
  readonly signal?: AbortSignal;
  /** Called before a step that takes long. @default prints to standard error */
  readonly onProgress?: (line: string) => void;
}

/**
 * The program of a Python that has moto: one that is installed, else one that is installed now, once, for all later runs.
 * @throws {MotoUnavailableError}
 */
export async function pythonWithMoto(options: PythonWithMotoOptions = {}): Promise<string> {
  const { cacheDirectory = CACHE_DIRECTORY, onProgress = printProgress } = options;
  const pythons = options.pythons ?? (await findPythons());
  const cached = programIn(cacheDirectory);
  for (const python of [...pythons, cached]) {
    if (await hasMoto(python)) return python;
  }
  const [python] = pythons;
  if (python === undefined) {
    throw new MotoUnavailableError(`no Python ${OLDEST_PYTHON} or newer on the PATH: install one`);
  }
  onProgress('installing moto, an emulator of AWS, in node_modules, once');
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
 * Creates the environment under another name and renames it when it is complete, so that an interrupted or failed
 * installation is never used. Of several at once the first to finish wins.
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
    if (!(await hasMoto(programIn(making))))
      throw new Error(`${requirement} does not provide all the packages that are needed`);
    if (renamed(making, directory) || (await hasMoto(programIn(directory)))) return;
    // The existing environment is broken, perhaps because its Python was replaced by a newer one.
    fs.rmSync(directory, { recursive: true, force: true });
    fs.renameSync(making, directory);
  } finally {
    fs.rmSync(making, { recursive: true, force: true });
  }
}

/** `false` when `to` exists already. */
function renamed(from: string, to: string): boolean {
  try {
    fs.renameSync(from, to);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** Deletes the remains of installations that were killed. */
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

/** The last line that a program printed, or why it did not run. */
function reasonOf(error: unknown): string {
  const { stderr, message } = error as Error & { readonly stderr?: string };
  return stderr?.trim().split('\n').at(-1) || message;
}

function printProgress(line: string): void {
  process.stderr.write(`coppice: ${line}\n`);
}
