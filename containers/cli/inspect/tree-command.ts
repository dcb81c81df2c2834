import { fleetCommand, NO_OPTIONS } from '../command-line/fleet-command.ts';
import { EPOCH, findEpoch } from './find-epoch.ts';
import { renderJobs, renderLevels } from './render-tree.ts';

export const TREE_COMMAND = fleetCommand({
  name: 'tree',
  usage: 'EPOCH',
  summary: 'the merge tree of an epoch: what is proven, by whom, how long it took',
  explanation: ['Reads the ledger, and needs no running process. It changes nothing.'],
  argument: { kind: EPOCH },
  switches: [
    { flag: 'full', description: 'Every job, below the one that takes its proof, with its agent and times' },
    { flag: 'json', description: 'One JSON document, with the complete records of the epoch and all its jobs' },
  ],
  options: NO_OPTIONS,
  execute: async (engine, { argument }) => {
    const { epoch, rollup } = await findEpoch(engine.epochs, argument);
    return { epoch, rollup, jobs: await engine.jobs.jobsOfEpoch(epoch.id), atMs: Date.now() };
  },
  render: (tree, switches) => (switches.has('full') ? renderJobs(tree) : renderLevels(tree)),
});
