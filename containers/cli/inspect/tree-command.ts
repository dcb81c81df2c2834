import { EpochNumber } from '../../../shared/proving-job/proving-job-id.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { integer } from '../../../shared/config/value-kinds.ts';
import type { Command } from '../command-line/command.ts';
import { EXIT_CODES } from '../../processes/exit-codes.ts';
import { findEpoch } from './find-epoch.ts';
import { FLEET_GROUPS, openEngineOf } from '../command-line/fleet-settings.ts';
import { printJson, printLines } from '../../terminal/print.ts';
import { readCommandLine } from '../command-line/read-command-line.ts';
import { renderJobs, renderLevels, type EpochTree } from './render-tree.ts';

export const TREE_COMMAND: Command = {
  name: 'tree',
  usage: 'EPOCH [flags]',
  summary: 'the merge tree of an epoch: what is proven, by whom, how long it took',
  explanation: ['Looks at the ledger, and needs no running process. It changes nothing.'],
  switchTitle: 'Output',
  switches: [
    { flag: 'full', description: 'Every job, below the one that takes its proof, with its agent and times' },
    { flag: 'json', description: 'One JSON document, with the whole records of the epoch and all its jobs' },
  ],
  groups: FLEET_GROUPS,
  takesSuperseded: false,
  run,
};

async function run(argv: readonly string[]): Promise<number> {
  const line = readCommandLine(argv, TREE_COMMAND);
  const [word = '', ...others] = line.words;
  const epoch = integer(0).parse(word);
  const problems = [
    ...(epoch.success
      ? []
      : [`say which epoch: coppice tree EPOCH, a whole number${word === '' ? '' : `; got '${word}'`}`]),
    ...others.map((other) => `'${other}' is one word too many`),
  ];
  const engine = await openEngineOf(line, problems);
  try {
    const tree = await readTree(engine, EpochNumber.parse(epoch.data));
    if (line.switches.has('json')) printJson(tree);
    else printLines(line.switches.has('full') ? renderJobs(tree) : renderLevels(tree));
    return EXIT_CODES.done;
  } finally {
    await engine.close();
  }
}

async function readTree(engine: Engine, number: EpochNumber): Promise<EpochTree> {
  const epoch = await findEpoch(engine.epochs, number);
  return { epoch, jobs: await engine.jobs.jobsOfEpoch(number), atMs: Date.now() };
}
