import { z } from 'zod';

import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import { JOBS_GROUP } from '../../../shared/config/groups/jobs-settings.ts';
import { LIST_GROUP } from '../../../shared/config/groups/list-settings.ts';
import { parseSettings } from '../../../shared/config/parse-settings.ts';
import { nameOf } from '../../../shared/config/setting.ts';
import { suggest } from '../../../shared/config/suggest.ts';
import { type CircuitName, isCatalogued, NativeCircuit } from '../../../shared/proving-job/circuit-catalogue.ts';
import { outputColumns } from '../../terminal/print.ts';
import { optionalArgument } from '../command-line/argument.ts';
import { fleetCommand } from '../command-line/fleet-command.ts';
import { EpochDocument, JobDocument } from '../json/epoch-documents.ts';
import { Moment } from '../json/printed.ts';
import { EPOCH, findEpoch } from '../../fleet-view/find-epoch.ts';
import { listLimit } from './list-limit.ts';
import { type JobList, renderJobList } from './render-job-list.ts';

const GROUPS = [JOBS_GROUP, LIST_GROUP] as const;

export const JOBS_COMMAND = fleetCommand({
  name: 'jobs',
  usage: '[EPOCH]',
  summary: 'the jobs of an epoch: their states, agents, lost attempts and reasons',
  explanation: [
    'Reads the ledger, and needs no running process. It changes nothing. Without EPOCH it shows the newest epoch. A terminal ' +
      'gets short ids, which coppice retry takes; a pipe gets whole ones.',
  ],
  examples: [
    'coppice jobs 1042 --state rejected,leased',
    'coppice jobs --circuit ROOT_ROLLUP',
    'coppice jobs 1042 --state rejected --json | jq -r ".jobs[].id"',
  ],
  argument: optionalArgument(EPOCH),
  switches: [],
  output: {
    version: 1,
    description: 'One JSON document, with the complete records of the epoch and these jobs',
    schema: z.strictObject({
      at: Moment,
      epoch: EpochDocument,
      jobs: z.array(JobDocument),
      matchingJobs: z.number().int().describe('How many there are, where --limit leaves some out'),
      allJobs: z.number().int().describe('How many the epoch has, of any state and circuit'),
    }),
  },
  options: { groups: GROUPS, parse: (environment) => parseSettings(GROUPS, environment) },
  execute: async (engine, { argument, options: { states, circuits, limit }, switches }): Promise<JobList> => {
    const { epoch, rollup } = await findEpoch(engine.epochs, argument);
    const allJobs = await engine.jobs.jobsOfEpoch(epoch.id);
    assertKnown(circuits ?? [], new Set(allJobs.map(({ circuit }) => circuit)));
    const jobs = allJobs.filter(
      ({ state, circuit }) => (states?.includes(state) ?? true) && (circuits?.includes(circuit) ?? true),
    );
    return { epoch, rollup, jobs, allJobs, limit: listLimit(limit, switches), atMs: Date.now() };
  },
  render: (list) => renderJobList(list, outputColumns()),
  toJson: ({ epoch, jobs, allJobs, limit, atMs }) => ({
    atMs,
    epoch,
    jobs: jobs.slice(0, limit),
    matchingJobs: jobs.length,
    allJobs: allJobs.length,
  }),
});

/** A name that neither the epoch nor the catalogue has is a slip of the pen. */
function assertKnown(asked: readonly CircuitName[], ofEpoch: ReadonlySet<CircuitName>): void {
  const problems = asked
    .filter((circuit) => !ofEpoch.has(circuit) && !isCatalogued(circuit))
    .map((circuit) => {
      const closest = suggest(circuit, [...ofEpoch, ...NativeCircuit.options]);
      const hint = closest === undefined ? 'the epoch has no job of it' : `did you mean ${closest}?`;
      return `${nameOf(JOBS_GROUP.settings.circuits)}: unknown circuit '${circuit}'; ${hint}`;
    });
  if (problems.length > 0) throw new InvalidSettingsError(problems);
}
