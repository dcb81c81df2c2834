import { z } from 'zod';

import type { EpochId } from '../../../shared/proving-job/epoch-id.ts';
import { EpochText } from '../../fleet-view/find-epoch.ts';
import { JOB_PREFIX } from '../../fleet-view/find-job.ts';
import { Agents } from '../api/agents.ts';
import type { Moment } from '../api/answer.ts';
import { Decisions } from '../api/decisions.ts';
import { EpochDetails } from '../api/epoch.ts';
import { EpochCost } from '../api/epoch-cost.ts';
import { EpochJobs } from '../api/epoch-jobs.ts';
import { Epochs } from '../api/epochs.ts';
import { Fleet } from '../api/fleet.ts';
import { Incidents } from '../api/incidents.ts';
import { JobStory } from '../api/job.ts';
import type { ConsoleDeps } from './console-deps.ts';
import { BadRequestError } from './errors.ts';
import { readAgents } from './read-agents.ts';
import { readCost } from './read-cost.ts';
import { readDecisions } from './read-decisions.ts';
import { readEpoch } from './read-epoch.ts';
import { readEpochJobs } from './read-epoch-jobs.ts';
import { readEpochs } from './read-epochs.ts';
import { readFleet } from './read-fleet.ts';
import { readIncidents } from './read-incidents.ts';
import { readJob } from './read-job.ts';

/** What a path of the API stands for. */
export interface Resource {
  /** Names it among what is cached. */
  readonly key: string;
  read(deps: ConsoleDeps): Promise<Moment>;
}

const DEFAULT_HOURS = '6';
const Hours = z
  .string()
  .regex(/^\d{1,2}$/)
  .transform(Number)
  .pipe(z.number().min(1).max(72));

/**
 * @param path below `/api/`, such as `epochs/7/jobs`
 * @returns `undefined` for an unknown path
 * @throws {BadRequestError} when a part of the path is malformed
 */
export function findResource(path: string, query: URLSearchParams): Resource | undefined {
  const [name = '', id, part, ...more] = path.split('/').map(decode);
  if (more.length > 0) return undefined;
  if (id === undefined) return findList(name, query);
  if (name === 'jobs' && part === undefined) {
    const prefix = jobPrefixOf(id);
    return resource(`job ${prefix}`, JobStory, (deps) => readJob(deps, prefix));
  }
  return name === 'epochs' ? findOfEpoch(epochIdOf(id), part) : undefined;
}

function findList(name: string, query: URLSearchParams): Resource | undefined {
  switch (name) {
    case 'fleet':
      return resource(name, Fleet, readFleet);
    case 'epochs':
      return resource(name, Epochs, readEpochs);
    case 'agents':
      return resource(name, Agents, readAgents);
    case 'incidents':
      return resource(name, Incidents, readIncidents);
    case 'decisions': {
      const hours = Hours.safeParse(query.get('hours') ?? DEFAULT_HOURS);
      if (!hours.success) throw new BadRequestError('hours must be a whole number from 1 to 72');
      return resource(`${name} ${hours.data}`, Decisions, (deps) => readDecisions(deps, hours.data));
    }
    default:
      return undefined;
  }
}

function findOfEpoch(id: EpochId | undefined, part: string | undefined): Resource | undefined {
  const key = `${id ?? 'latest'} ${part ?? ''}`;
  switch (part) {
    case undefined:
      return resource(key, EpochDetails, (deps) => readEpoch(deps, id));
    case 'jobs':
      return resource(key, EpochJobs, (deps) => readEpochJobs(deps, id));
    case 'cost':
      return resource(key, EpochCost, (deps) => readCost(deps, id));
    default:
      return undefined;
  }
}

/** Fields that the schema does not name never leave the server, whatever else the ledger's records hold. */
function resource<Value extends Moment>(
  key: string,
  schema: z.ZodType<Value>,
  read: (deps: ConsoleDeps) => Promise<Value>,
): Resource {
  return { key, read: async (deps) => schema.parse(await read(deps)) };
}

function epochIdOf(text: string): EpochId | undefined {
  if (text === 'latest') return undefined;
  const id = EpochText.safeParse(text);
  if (!id.success) throw new BadRequestError(`invalid epoch '${text}': give its number, its id, or latest`);
  return id.data;
}

function jobPrefixOf(text: string): string {
  if (!JOB_PREFIX.test(text))
    throw new BadRequestError(`invalid job '${text}': give its id, or the beginning of it, such as 7:PARITY_BASE:9e3f`);
  return text;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new BadRequestError('the path is malformed: a % must be followed by two digits');
  }
}
