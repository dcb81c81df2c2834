import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { readCommandLine } from '../../../containers/cli/command-line/read-command-line.ts';
import { START_COMMAND } from '../../../containers/cli/start/start-command.ts';
import { PROCESS_SETTINGS } from '../../../shared/config/groups/process-settings.ts';
import { EXIT_CODES } from '../../../containers/processes/exit-codes.ts';
import { ROOT } from './dockerfile.ts';

const run = promisify(execFile);
const FOLDER = path.join(ROOT, 'containers/systemd');
const UNITS = globSync('*.service', { cwd: FOLDER }).toSorted();
const handbook = readFileSync(path.join(ROOT, 'docs/own-machines.md'), 'utf8');
/** What an instance of a template is called, and the directories that systemd fills in. */
const SPECIFIERS: Readonly<Record<string, string>> = { '%i': '6.0.0', '%S': '/var/lib', '%C': '/var/cache' };

const HARDENING = [
  'NoNewPrivileges=yes',
  'CapabilityBoundingSet=',
  'ProtectSystem=strict',
  'ProtectHome=yes',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'RestrictNamespaces=yes',
  'SystemCallFilter=@system-service',
];

it('containers/systemd has a unit of the broker, one of agents and one of a gateway', () => {
  expect(UNITS).toEqual(['coppice-agent.service', 'coppice-broker@.service', 'coppice-gateway@.service']);
});

describe.each(UNITS)('the unit %s', (unit) => {
  const text = readFileSync(path.join(FOLDER, unit), 'utf8');
  const all = (key: string): readonly string[] =>
    [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) =>
      value.replaceAll(/%./g, (specifier) => SPECIFIERS[specifier] ?? specifier),
    );
  const environment = Object.fromEntries(
    all('Environment')
      .flatMap((line) => line.split(' '))
      .map((pair) => pair.split('=') as [string, string]),
  );

  it('starts a role, with settings that exist', () => {
    const [execStart = ''] = all('ExecStart');
    const [, ...words] = execStart.split(' start ');
    const line = readCommandLine(words.join(' ').split(' '), START_COMMAND, { environment });
    expect(line.problems).toEqual([]);
    expect(line.notices).toEqual([]);
    const [, part = ''] = /^coppice-(\w+)/.exec(unit) ?? [];
    expect([...line.switches]).toEqual([part === 'gateway' ? 'agent-gateway' : `prover-${part}`]);
  });

  it('is hardened, and leaves its processes their time to stop', () => {
    for (const line of HARDENING) expect.soft(text).toContain(`\n${line}\n`);
    expect(text).not.toMatch(/^MemoryDenyWriteExecute=/m);
    expect(all('KillSignal')).toEqual(['SIGTERM']);
    // Programs that this one started get the signal from it.
    expect(all('KillMode')).toEqual(['mixed']);
    const drainSeconds = Number(PROCESS_SETTINGS.settings.drainSeconds.defaultText);
    expect(Number(all('TimeoutStopSec')[0])).toBeGreaterThan(drainSeconds + 7);
  });

  it('keeps its data where the unit makes a directory for it', () => {
    const [directory = ''] = all('WorkingDirectory');
    const made = [
      ...all('StateDirectory').map((name) => `/var/lib/${name}`),
      ...all('CacheDirectory').map((name) => `/var/cache/${name}`),
    ];
    expect(made).toContain(directory);
    expect([environment['DATA_DIRECTORY'], environment['HOME']]).toContain(directory);
  });

  it('restarts what crashed, but not what cannot start', () => {
    expect(all('Restart')).toEqual(['on-failure']);
    expect(all('RestartPreventExitStatus')).toEqual([`${EXIT_CODES.misused} ${EXIT_CODES.unfit}`]);
  });

  it('is installed by docs/own-machines.md, as are the files that it names', () => {
    expect(handbook).toContain(`containers/systemd/${unit}`);
    for (const [file = ''] of [...text.matchAll(/\/(?:opt|etc)\/coppice[a-z-]*/g)])
      expect.soft(handbook).toContain(file);
  });

  it('passes systemd-analyze verify, on a system that has it', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'coppice-unit-'));
    try {
      const file = path.join(folder, unit.replace('@', '@6.0.0'));
      // The program need not be installed here.
      await writeFile(file, text.replace('/usr/bin/node', process.execPath));
      const verified = await run('systemd-analyze', ['verify', '--man=no', file]).catch((error: unknown) => error);
      if ((verified as NodeJS.ErrnoException).code === 'ENOENT') return;
      expect(verified).toMatchObject({ stdout: '', stderr: '' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
