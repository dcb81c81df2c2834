import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findPythons } from '../../../containers/local-fleet/find-python.ts';
import { MotoUnavailableError, pythonWithMoto } from '../../../containers/local-fleet/python-with-moto.ts';

/** Accepts the calls that a Python gets, and has moto when a file beside it exists. It records its calls in `calls`. */
const SHAM_PYTHON = `#!/bin/sh
echo "$1 $2" >> "$(dirname "$(dirname "$0")")/calls"
case "$1 $2" in
  "-c "*) test -e "$0.moto";;
  "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && cp "$0.pip" "$3/bin/python.pip";;
  "-m pip") . "$0.pip";;
esac
`;
const INSTALLS = 'touch "$0.moto"';
const FAILS = 'touch "$0.half"; echo "one line" >&2; echo "no route to PyPI" >&2; exit 1';
const HANGS = 'touch "$0.half"; exec sleep 60';

describe('a Python with moto', () => {
  let directory: string;
  let cacheDirectory: string;
  let steps: string[];
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'coppice-python-'));
    cacheDirectory = path.join(directory, 'cache', 'moto');
    steps = [];
  });
  afterEach(() => fs.rmSync(directory, { recursive: true }));

  function aPython(name: string, pip: string, hasMoto = false): string {
    const bin = path.join(directory, name, 'bin');
    fs.mkdirSync(bin, { recursive: true });
    const program = path.join(bin, 'python3');
    fs.writeFileSync(program, SHAM_PYTHON, { mode: 0o755 });
    fs.writeFileSync(`${program}.pip`, pip);
    if (hasMoto) fs.writeFileSync(`${program}.moto`, '');
    return program;
  }
  const find = (pythons: readonly string[], signal?: AbortSignal): Promise<string> =>
    pythonWithMoto({ pythons, cacheDirectory, onProgress: (line) => steps.push(line), ...(signal && { signal }) });
  const inCache = (): readonly string[] => {
    const parent = path.dirname(cacheDirectory);
    return fs.existsSync(parent) ? fs.readdirSync(parent) : [];
  };
  const installed = (): string => path.join(cacheDirectory, 'bin', 'python');

  it('is the first installed one that has moto, and nothing is installed', async () => {
    const second = aPython('second', FAILS, true);
    expect(await find([aPython('first', FAILS), second])).toBe(second);
    expect(steps).toEqual([]);
    expect(inCache()).toEqual([]);
  });

  it('is installed once when no Python has moto', async () => {
    const python = aPython('bare', INSTALLS);
    expect(await find([python])).toBe(installed());
    expect(await find([python])).toBe(installed());
    expect(steps).toEqual(['installing moto, an emulator of AWS, in node_modules, once']);
    expect(inCache()).toEqual(['moto']);
  });

  it('is installed completely by several runs at once', async () => {
    const python = aPython('bare', INSTALLS);
    const found = await Promise.all([find([python]), find([python]), find([python])]);
    expect(new Set(found)).toEqual(new Set([installed()]));
    expect(inCache()).toEqual(['moto']);
  });

  it('is missing when the installation fails, and the next attempt starts afresh', async () => {
    const failure = find([aPython('bare', FAILS)]);
    await expect(failure).rejects.toBeInstanceOf(MotoUnavailableError);
    await expect(failure).rejects.toThrow(/cannot install moto.*\(no route to PyPI\): install it by hand; or set AWS_/);
    expect(inCache()).toEqual([]);
    expect(await find([aPython('bare', INSTALLS)])).toBe(installed());
  });

  it('is missing when pip installs something else', async () => {
    await expect(find([aPython('bare', 'true')])).rejects.toThrow('does not provide all the packages that are needed');
    expect(inCache()).toEqual([]);
  });

  it('is missing when the installation is interrupted', async () => {
    const interrupt = new AbortController();
    const interrupted = find([aPython('bare', HANGS)], interrupt.signal);
    await expect
      .poll(() => inCache().some((name) => fs.existsSync(path.join(cacheDirectory, '..', name, 'bin', 'python.half'))))
      .toBe(true);
    interrupt.abort(new Error('Ctrl-C'));
    await expect(interrupted).rejects.toThrow('Ctrl-C');
    expect(inCache()).toEqual([]);
  });

  it('replaces what a killed installation left, and leaves one under way alone', async () => {
    const left = `moto.making-${2 ** 22 + 1}-aaaa`;
    const underWay = `moto.making-${process.ppid}-bbbb`;
    for (const name of [left, underWay]) fs.mkdirSync(path.join(cacheDirectory, '..', name), { recursive: true });
    expect(await find([aPython('bare', INSTALLS)])).toBe(installed());
    expect(inCache().toSorted()).toEqual(['moto', underWay].toSorted());
  });

  it('replaces one that no longer works', async () => {
    const python = aPython('bare', INSTALLS);
    await find([python]);
    fs.rmSync(`${installed()}.moto`);
    expect(await find([python])).toBe(installed());
    expect(await find([python])).toBe(installed());
    expect(steps).toHaveLength(2);
  });

  it('cannot be installed without a Python', async () => {
    await expect(find([])).rejects.toThrow(
      'no emulator of AWS can be started: no Python 3.10 or newer on the PATH: install one; or set AWS_ENDPOINT_URL',
    );
  });
});

describe('the Pythons on the PATH', () => {
  let directory: string;
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'coppice-path-'));
  });
  afterEach(() => fs.rmSync(directory, { recursive: true }));
  const install = (name: string, script: string): void =>
    fs.writeFileSync(path.join(directory, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

  it('are an empty list when none is installed', async () => {
    expect(await findPythons(directory)).toEqual([]);
  });

  it('are listed once each, by the program behind the name', async () => {
    for (const name of ['python3', 'python']) install(name, 'echo /opt/python/bin/python3.12');
    expect(await findPythons(directory)).toEqual(['/opt/python/bin/python3.12']);
  });

  it('leave out those that are too old, and stubs', async () => {
    install('python3', 'echo');
    install('python', 'echo "install me" >&2; exit 1');
    expect(await findPythons(directory)).toEqual([]);
  });
});
