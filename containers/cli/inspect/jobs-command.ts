import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import { JOBS_GROUP } from '../../../shared/config/groups/jobs-settings.ts';
import { parseSettings } from '../../../shared/config/parse-settings.ts';
import type { SettingsOf } from '../../../shared/config/setting.ts';
import { integer } from '../../../shared/config/value-kinds.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { EpochNumber } from '../../../shared/proving-job/proving-job-id.ts';
import type { Command } from '../command-line/command.ts';
import { EXIT_CODES } from '../../processes/exit-codes.ts';
import { findEpoch } from './find-epoch.ts';
import { FLEET_GROUPS, openEngineOf } from '../command-line/fleet-settings.ts';
import { printJson, printLines } from '../../terminal/print.ts';
import { readCommandLine } from '../command-line/read-command-line.ts';
import { renderJobList, type JobList } from './render-job-list.ts';

export const JOBS_COMMAND: Command = {
  name: 'jobs',
  usage: '[EPOCH] [flags]',
  summary: 'the jobs of an epoch: their states, agents, lost attempts and reasons',
  explanation: ['Looks at the ledger, and needs no running process. It changes nothing. Without EPOCH: the newest.'],
  switchTitle: 'Output',
  switches: [{ flag: 'json', description: 'One JSON document, with the whole records of the epoch and these jobs' }],
  groups: [JOBS_GROUP, ...FLEET_GROUPS],
  takesSuperseded: false,
  run,
};

type JobFilter = SettingsOf<(typeof JOBS_GROUP)['settings']>;

async function run(argv: readonly string[]): Promise<number> {
  const line = readCommandLine(argv, JOBS_COMMAND);
  const [word, ...others] = line.words;
  const epoch = word === undefined ? undefined : integer(0).parse(word);
  const filter = parseSettings([JOBS_GROUP], line.environment);
  const problems = [
    ...(epoch?.success === false ? [`the epoch is a whole number; got '${word}'`] : []),
    ...others.map((other) => `'${other}' is one word too many`),
    ...filter.problems,
  ];
  const engine = await openEngineOf(line, problems);
  try {
    if (filter.settings === undefined) throw new InvalidSettingsError(filter.problems);
    const list = await readJobs(engine, epoch && EpochNumber.parse(epoch.data), filter.settings);
    if (line.switches.has('json')) printJson({ epoch: list.epoch, jobs: list.jobs, atMs: list.atMs });
    else printLines(renderJobList(list));
    return EXIT_CODES.done;
  } finally {
    await engine.close();
  }
}

async function readJobs(
  engine: Engine,
  number: EpochNumber | undefined,
  { states, circuits }: JobFilter,
): Promise<JobList> {
  const epoch = await findEpoch(engine.epochs, number);
  const all = await engine.jobs.jobsOfEpoch(epoch.epoch);
  const jobs = all.filter(
    ({ state, circuit }) => (states?.includes(state) ?? true) && (circuits?.includes(circuit) ?? true),
  );
  return { epoch, jobs, allJobs: all.length, atMs: Date.now() };
}
