import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { switchesOf } from '../../../../containers/cli/command-line/command.ts';
import { readCommandLine } from '../../../../containers/cli/command-line/read-command-line.ts';
import { COMMANDS } from '../../../../containers/cli/commands.ts';
import { showSnapshots } from '../../../../containers/cli/inspect/watch-command.ts';
import { watchFleet } from '../../../../containers/cli/inspect/watch-fleet.ts';
import { jsonSchemaText } from '../../../../containers/cli/json/json-schema.ts';
import { RUN_EVENTS, withRunEvents } from '../../../../containers/cli/json/run-events.ts';
import { openEmbeddedEngine } from '../../../../shared/engine/embedded/embedded-engine.ts';
import type { Engine } from '../../../../shared/engine/engine.ts';
import { runCoppice } from '../../../fixtures/run-coppice.ts';
import { SEEDED_EPOCH, seedFleet } from '../../../fixtures/seed-fleet.ts';

const DESCRIBED = COMMANDS.filter(({ output }) => output !== undefined);
const FOLDER = 'docs/json';
/** Logs, pages, a script or a schema: what these print is documented elsewhere. */
const WITHOUT_DOCUMENT = ['start', 'console', 'schema', 'completion'];

describe('the documents of --json', () => {
  it('are those of every command that prints something', () => {
    const others = COMMANDS.filter(({ output }) => output === undefined);
    for (const { name } of others) expect(WITHOUT_DOCUMENT).toContain(name);
    for (const command of DESCRIBED) expect(switchesOf(command).at(-1)?.flag, command.name).toBe('json');
  });

  it.each(DESCRIBED)('are described in docs/json: $name', async (command) => {
    // `npm test -- --project 'unit*' test/containers/cli/json -u` writes them.
    await expect(jsonSchemaText(command)).toMatchFileSnapshot(path.resolve(FOLDER, `${command.name}.json`));
  });

  it('have no page without a command', () => {
    const pages = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
    expect(pages.sort()).toEqual(DESCRIBED.map(({ name }) => `${name}.json`).sort());
  });
});

describe('what a command prints with --json', () => {
  let workingDirectory: string;
  let engine: Engine;
  let written: string;
  beforeEach(async () => {
    workingDirectory = mkdtempSync(path.join(tmpdir(), 'coppice-json-'));
    engine = openEmbeddedEngine({ dataDirectory: path.join(workingDirectory, 'data/coppice'), leaseSeconds: 120 });
    await seedFleet({ engine, nowMs: Date.now, elapse: async () => undefined });
    written = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written += String(text);
      return true;
    });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await engine.close();
    rmSync(workingDirectory, { recursive: true });
  });

  /** The document, once it was compared with its schema. */
  function checked(name: string, text: string): Record<string, unknown> {
    const output = DESCRIBED.find((command) => command.name === name)?.output;
    const { schemaVersion, ...document } = JSON.parse(text) as Record<string, unknown>;
    expect(schemaVersion).toBe(output?.version);
    const parsed = output?.schema.safeParse(document);
    expect(parsed?.success, `${text}\n${JSON.stringify(parsed?.error?.issues)}`).toBe(true);
    return document;
  }

  async function run(commandLine: string): Promise<Record<string, unknown>> {
    const [name = '', ...argv] = commandLine.split(' ');
    const command = COMMANDS.find((known) => known.name === name)!;
    written = '';
    await command.run(
      readCommandLine([...argv, '--json'], command, {
        environment: { DATA_DIRECTORY: path.join(workingDirectory, 'data') },
        workingDirectory,
      }),
    );
    return checked(name, written);
  }

  it.each([
    'status',
    'epochs',
    'tree 7',
    'jobs 7',
    'why 7',
    'wait 7 --timeout 0',
    'cost 7 --ether-dollars 3000',
    'cost --by epoch',
    'cost --by day --agent-dollars-per-hour 2',
    'redrive --dry-run',
    'redrive',
    'drill --list',
    'drill duplicate-message --min-margin 0 --dry-run',
    'version',
  ])('is as documented: coppice %s', async (commandLine) => {
    await run(commandLine);
  });

  it('is as documented where there is something of everything', async () => {
    const { jobs, queue, epochs, outbox, decisions } = engine;
    const epoch = (await epochs.find(SEEDED_EPOCH))!;
    const padding = (await jobs.jobsOfEpoch(SEEDED_EPOCH)).find(({ state }) => state === 'queued')!;
    await jobs.reject(padding.id, 'nobody can prove it');
    await queue.park((await queue.claim(['small', 'medium'], { waitSeconds: 0 }))!, 'no prover');
    await outbox.store({
      ...{ epochId: SEEDED_EPOCH, rangeId: epoch.rangeId, firstCheckpoint: 12, lastCheckpoint: 12 },
      ...{ to: '0x01', data: '0x02', deadlineAtMs: epoch.deadlineAtMs },
    });
    const about = { atMs: Date.now(), epochId: SEEDED_EPOCH, epoch: epoch.epoch, reason: 'because' };
    await decisions.record({ kind: 'submission', choice: 'wait', costWei: '5', rewardWei: '7', ...about });
    await decisions.record({
      kind: 'fleet',
      line: 'v6',
      atMs: Date.now(),
      epochs: [{ epochId: SEEDED_EPOCH, epoch: epoch.epoch, deadlineAtMs: 1, pathSeconds: 1, slackSeconds: 1 }],
      pools: [],
      dollarsPerHour: 1,
      reason: 'because',
    });

    const status = await run('status');
    expect(status).toMatchObject({ at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string });
    expect(status['deadLetters']).toHaveLength(1);
    expect(status['roots']).toHaveLength(1);
    expect(await run('why 7')).toMatchObject({
      kind: 'epoch',
      rejected: [{ id: padding.id }],
      root: { state: 'waiting' },
    });
    expect(await run('why')).toMatchObject({ kind: 'decisions', fleet: [{ line: 'v6' }], submissions: [{}] });
    expect(await run('jobs --state rejected,proven --limit 1')).toMatchObject({
      jobs: [{}],
      matchingJobs: 4,
      allJobs: 5,
    });
    expect(await run('cost --by epoch')).toMatchObject({ periods: [{ name: '7', rewardWei: '7' }] });
    expect(await run('retry 7')).toMatchObject({ jobs: [{ id: padding.id }], isResumed: false });
    expect(await run('redrive')).toMatchObject({ letters: [{ reason: 'no prover' }], sent: 1 });
  });

  it('is as documented, line by line: coppice watch', async () => {
    const end = new AbortController();
    const onSnapshot = showSnapshots(true);
    await watchFleet(
      engine,
      (snapshot) => {
        onSnapshot(snapshot);
        end.abort();
      },
      { nowMs: Date.now, signal: end.signal },
    );
    expect(checked('watch', written)).toMatchObject({ epochs: [{ epoch: 7, progress: { expected: 6 } }] });
  });

  it.each(['devnet', 'canary'])('is as documented, event by event: coppice %s', async (name) => {
    const code = await withRunEvents(new Set(['json']), async (output) => {
      output?.say('starting');
      output?.show(() => [['nothing that a program can read']]);
      output?.summarise(['epoch 1: 3 of 6 jobs proven']);
      output?.summarise(['epoch 1: 3 of 6 jobs proven']);
      output?.print(['Epoch 1 is proven on L1.', '  checkpoints 1 to 6']);
      return 0;
    });
    const lines = written.trimEnd().split('\n');
    const events = lines.map((line) => checked(name, line));
    expect(events).toMatchObject([
      { kind: 'message', text: 'starting' },
      { kind: 'state', lines: ['epoch 1: 3 of 6 jobs proven'] },
      { kind: 'report', lines: ['Epoch 1 is proven on L1.', '  checkpoints 1 to 6'] },
      { kind: 'end', exitCode: code },
    ]);
    expect(DESCRIBED.find((command) => command.name === name)?.output).toBe(RUN_EVENTS);
  });

  it('is as documented: coppice doctor', async () => {
    const { code, stdout } = await runCoppice(
      ['doctor', '--prover-broker', '--aztec-version', '6.0.0', '--broker-port', '0', '--json'],
      { workingDirectory },
    );
    expect(checked('doctor', stdout)).toMatchObject({ isReady: code === 0 });
  });

  it('is one document on stderr when the command fails', async () => {
    const { code, stdout, stderr } = await runCoppice(['tree', '8', '--json'], { workingDirectory });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(JSON.parse(stderr)).toEqual({
      schemaVersion: 1,
      exitCode: 1,
      error: 'epoch 8 is not in the ledger: the newest is 7',
    });
  });
});
