import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import { JOBS_GROUP } from '../../../shared/config/groups/jobs-settings.ts';
import { parseSettings } from '../../../shared/config/parse-settings.ts';
import { nameOf } from '../../../shared/config/setting.ts';
import { suggest } from '../../../shared/config/suggest.ts';
import { type CircuitName, isCatalogued, NativeCircuit } from '../../../shared/proving-job/circuit-catalogue.ts';
import { optionalArgument } from '../command-line/argument.ts';
import { fleetCommand } from '../command-line/fleet-command.ts';
import { EPOCH, findEpoch } from './find-epoch.ts';
import { renderJobList } from './render-job-list.ts';

export const JOBS_COMMAND = fleetCommand({
  name: 'jobs',
  usage: '[EPOCH]',
  summary: 'the jobs of an epoch: their states, agents, lost attempts and reasons',
  explanation: [
    'Reads the ledger, and needs no running process. It changes nothing. Without EPOCH it shows the newest epoch.',
  ],
  argument: optionalArgument(EPOCH),
  switches: [{ flag: 'json', description: 'One JSON document, with the complete records of the epoch and these jobs' }],
  options: { groups: [JOBS_GROUP], parse: (environment) => parseSettings([JOBS_GROUP], environment) },
  execute: async (engine, { argument, options: { states, circuits } }) => {
    const { epoch, rollup } = await findEpoch(engine.epochs, argument);
    const all = await engine.jobs.jobsOfEpoch(epoch.id);
    assertKnown(circuits ?? [], new Set(all.map(({ circuit }) => circuit)));
    const jobs = all.filter(
      ({ state, circuit }) => (states?.includes(state) ?? true) && (circuits?.includes(circuit) ?? true),
    );
    return { epoch, rollup, jobs, allJobs: all.length, atMs: Date.now() };
  },
  render: renderJobList,
  toJson: ({ epoch, jobs, atMs }) => ({ epoch, jobs, atMs }),
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
