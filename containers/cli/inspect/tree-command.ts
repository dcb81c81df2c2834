import { z } from 'zod';

import { LIST_GROUP } from '../../../shared/config/groups/list-settings.ts';
import { parseSettings } from '../../../shared/config/parse-settings.ts';
import { RollupId } from '../../../shared/proving-job/epoch-id.ts';
import { outputColumns } from '../../terminal/print.ts';
import { fleetCommand } from '../command-line/fleet-command.ts';
import { EpochDocument, JobDocument } from '../json/epoch-documents.ts';
import { Moment } from '../json/printed.ts';
import { EPOCH, findEpoch } from '../../fleet-view/find-epoch.ts';
import { listLimit } from './list-limit.ts';
import { renderJobs, renderLevels } from './render-tree.ts';

export const TREE_COMMAND = fleetCommand({
  name: 'tree',
  usage: 'EPOCH',
  summary: 'the merge tree of an epoch: what is proven, by whom, how long it took',
  explanation: ['Reads the ledger, and needs no running process. It changes nothing.'],
  examples: ['coppice tree 1042', 'coppice tree 1042 --full'],
  argument: { kind: EPOCH },
  switches: [{ flag: 'full', description: 'Every job, below the one that takes its proof, with its agent and times' }],
  output: {
    version: 1,
    description: 'One JSON document, with the complete records of the epoch and all its jobs',
    schema: z.strictObject({
      at: Moment,
      epoch: EpochDocument,
      rollup: RollupId.optional().describe('Where the ledger has epochs of more than one'),
      jobs: z.array(JobDocument),
      allJobs: z.number().int().describe('How many there are, where --limit leaves some out'),
    }),
  },
  options: { groups: [LIST_GROUP], parse: (environment) => parseSettings([LIST_GROUP], environment) },
  execute: async (engine, { argument, options, switches }) => {
    const { epoch, rollup } = await findEpoch(engine.epochs, argument);
    const limit = listLimit(options.limit, switches);
    return { epoch, rollup, jobs: await engine.jobs.jobsOfEpoch(epoch.id), limit, atMs: Date.now() };
  },
  render: ({ limit, ...tree }, switches) => {
    const render = switches.has('full') ? renderJobs : renderLevels;
    return render(tree, { columns: outputColumns(), limit });
  },
  toJson: ({ limit, jobs, ...tree }) => ({ ...tree, jobs: jobs.slice(0, limit), allJobs: jobs.length }),
});
