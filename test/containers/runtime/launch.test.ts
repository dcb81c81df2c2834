import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const LAUNCHER = path.resolve('containers/runtime/launch.mjs');
const NATIVE_FOLDER = `${process.arch === 'x64' ? 'amd64' : 'arm64'}-${process.platform === 'darwin' ? 'macos' : 'linux'}`;
const NATIVE_MODULE = path.resolve('node_modules/@aztec/bb.js/build', NATIVE_FOLDER, 'nodejs_module.node');

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'launch-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function writeScript(source: string): string {
  const file = path.join(directory, 'script.ts');
  writeFileSync(file, source);
  return file;
}

// A Node before 22.15 cannot become another program: there the launcher stays as the parent of the script.
const AS_OLDER_NODE = ['--import', 'data:text/javascript,delete process.execve'];

describe.each([
  { launcher: 'a Node that becomes the script', flags: [] },
  { launcher: 'an older Node that stays', flags: AS_OLDER_NODE },
])('launched by $launcher', ({ flags }) => {
  function launch(
    script: string,
    { parameters = [] as string[], environment = {} } = {},
  ): {
    status: number | null;
    stdout: string;
    stderr: string;
  } {
    return spawnSync(process.execPath, [...flags, '--', LAUNCHER, script, ...parameters], {
      encoding: 'utf8',
      env: { ...process.env, ...environment },
    });
  }

  it('runs TypeScript with unchanged arguments', () => {
    const script = writeScript('const words: string[] = process.argv.slice(2); console.log(JSON.stringify(words));');
    const { stdout, stderr } = launch(script, { parameters: ['--epochs', '2', 'two words', ''] });
    expect({ stdout, stderr }).toEqual({ stdout: '["--epochs","2","two words",""]\n', stderr: '' });
  });

  it('leaves --env-file to the script, in whichever Node', () => {
    const script = writeScript('console.log(process.argv.slice(2).join(), process.env.FROM_FILE);');
    writeFileSync(path.join(directory, 'a.env'), 'FROM_FILE=1\n');
    for (const file of [path.join(directory, 'a.env'), '/nowhere.env']) {
      const { stdout, stderr } = launch(script, { parameters: ['--env-file', file] });
      expect({ stdout, stderr }).toEqual({ stdout: `--env-file,${file} undefined\n`, stderr: '' });
    }
  });

  it("ends with the script's exit code", () => {
    expect(launch(writeScript('process.exitCode = 7;')).status).toBe(7);
  });

  it("loads Aztec's native module, and so does a child that the script starts", () => {
    const script = writeScript(`
      import { execFileSync } from 'node:child_process';
      import { createRequire } from 'node:module';
      const load = \`console.log(typeof require(\${JSON.stringify(process.argv[2])}).WorldState)\`;
      console.log(typeof createRequire(import.meta.url)(process.argv[2] ?? '').WorldState);
      process.stdout.write(execFileSync(process.execPath, ['-e', load], { encoding: 'utf8' }));
    `);
    expect(launch(script, { parameters: [NATIVE_MODULE] }).stdout).toBe('function\nfunction\n');
  });

  it("provides a bb that runs here, and leaves the system's programs their libraries", () => {
    const script = writeScript(`
      import { execFileSync } from 'node:child_process';
      process.stdout.write(execFileSync(process.env.BB_BINARY_PATH ?? '', ['--version'], { encoding: 'utf8' }));
      console.log(execFileSync('/bin/sh', ['-c', 'echo "[$LD_LIBRARY_PATH$LD_PRELOAD]"'], { encoding: 'utf8' }).trim());
    `);
    const environment = { BB_BINARY_PATH: '', LD_LIBRARY_PATH: '', LD_PRELOAD: '' };
    expect(launch(script, { environment }).stdout).toBe('4.1.2\n[]\n');
  });

  it('leaves the bb that the operator chose', () => {
    const script = writeScript('console.log(process.env.BB_BINARY_PATH);');
    expect(launch(script, { environment: { BB_BINARY_PATH: '/opt/bb-avm' } }).stdout).toBe('/opt/bb-avm\n');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('passes %s on to the script and ends with its exit code', async (signal) => {
    const script = writeScript(`
      process.on('${signal}', () => { console.log('stopping'); process.exit(3); });
      setTimeout(() => {}, 20_000);
      console.log('ready');
    `);
    const child = spawn(process.execPath, [...flags, LAUNCHER, script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk;
      if (chunk.includes('ready')) child.kill(signal);
    });
    const [code] = (await once(child, 'close')) as [number | null];
    expect({ code, printed }).toEqual({ code: 3, printed: 'ready\nstopping\n' });
  });
});

it('prints its usage when there is no script', () => {
  const { status, stderr } = spawnSync(process.execPath, [LAUNCHER], { encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toBe('missing <script>: node containers/runtime/launch.mjs <script> [arguments]\n');
});

it('starts coppice so that Node leaves --env-file to it', () => {
  const coppice = path.resolve('containers/runtime/coppice.mjs');
  const { status, stderr } = spawnSync(coppice, ['status', '--env-file', '/nowhere.env'], { encoding: 'utf8' });
  expect(stderr).toContain('--env-file (COPPICE_ENV_FILE): file not found: /nowhere.env');
  expect(status).toBe(2);
});
