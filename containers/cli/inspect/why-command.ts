import { z } from 'zod';

import { LIST_GROUP } from '../../../shared/config/groups/list-settings.ts';
import { parseSettings } from '../../../shared/config/parse-settings.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { outputColumns } from '../../terminal/print.ts';
import { optionalArgument } from '../command-line/argument.ts';
import { fleetCommand } from '../command-line/fleet-command.ts';
import { FleetDecisionDocument, SubmissionDecisionDocument } from '../json/decision-documents.ts';
import {
  EpochDocument,
  ExplainedStepDocument,
  JobDocument,
  PredictionDocument,
  ProgressDocument,
  RootDocument,
} from '../json/epoch-documents.ts';
import { Moment } from '../json/printed.ts';
import { type EpochExplanation, explainEpoch } from '../../fleet-view/explain-epoch.ts';
import { EPOCH, findEpoch, LATEST_EPOCHS } from '../../fleet-view/find-epoch.ts';
import { renderExplanation } from './render-explanation.ts';
import { type Decisions, renderWhy } from './render-why.ts';

/** An hour of decisions, one a minute. */
const DECISIONS = 60;
const SUBMISSIONS = 10;

const ExplanationDocument = z.strictObject({
  kind: z.literal('epoch'),
  at: Moment,
  epoch: EpochDocument,
  name: z.string().describe('The epoch as commands take it'),
  progress: ProgressDocument,
  prediction: PredictionDocument.optional().describe('Absent for an epoch that needs no proofs any more'),
  chain: z.array(ExplainedStepDocument).describe('What the root waits for, job by job; the root is last'),
  rejected: z.array(JobDocument),
  root: RootDocument.optional(),
  submission: SubmissionDecisionDocument.optional(),
  hasRivalProof: z.boolean(),
  remedies: z
    .array(z.strictObject({ kind: z.enum(['agents', 'retry', 'agent', 'l1', 'machines']), text: z.string() }))
    .describe('What would help, the most needed first'),
});

const DecisionsDocument = z.strictObject({
  kind: z.literal('decisions'),
  at: Moment,
  fleet: z.array(FleetDecisionDocument).describe('Newest first'),
  submissions: z.array(SubmissionDecisionDocument).describe('Newest first'),
});

export const WHY_COMMAND = fleetCommand({
  name: 'why',
  usage: '[EPOCH]',
  summary: 'explain what an epoch waits for; or the number of agents and the state of each root',
  explanation: [
    'With EPOCH: whether it will be proven in time, when, what its root waits for job by job, and what would help. The ' +
      'prediction is from the work left, the agents, and the times that circuits take on this fleet: one root in ten comes ' +
      'before its range, and one after it.',
    'Without: what the scaler and the submitter decided in the last hour (or the newest --limit decisions), with their reasons. ' +
      'A fleet on one machine has no scaler: it runs the agents that you start. It changes nothing.',
  ],
  examples: ['coppice why 1042', 'coppice why', 'coppice why 1042 --json | jq .remedies'],
  argument: optionalArgument(EPOCH),
  switches: [],
  output: {
    version: 1,
    description: 'One JSON document, with the complete decisions, or all of the explanation',
    schema: z.discriminatedUnion('kind', [ExplanationDocument, DecisionsDocument]),
  },
  options: { groups: [LIST_GROUP], parse: (environment) => parseSettings([LIST_GROUP], environment) },
  execute: async (engine, { argument, options: { limit } }): Promise<Why> =>
    argument === undefined
      ? { kind: 'decisions', ...(await readDecisions(engine, limit)) }
      : { kind: 'epoch', ...(await explainEpoch(engine, await findEpoch(engine.epochs, argument), Date.now())) },
  render: (why) => (why.kind === 'epoch' ? renderExplanation(why, outputColumns()) : renderWhy(why, outputColumns())),
  toJson: (why) => {
    if (why.kind === 'epoch') return why;
    const { kind, fleet, submissions, atMs } = why;
    return { kind, fleet, submissions, atMs };
  },
});

type Why = ({ readonly kind: 'decisions' } & Decisions) | ({ readonly kind: 'epoch' } & EpochExplanation);

async function readDecisions({ decisions, epochs }: Engine, limit: number | undefined): Promise<Decisions> {
  const [fleet, submissions, known] = await Promise.all([
    decisions.latest('fleet', limit ?? DECISIONS),
    decisions.latest('submission', limit ?? SUBMISSIONS),
    epochs.latest(LATEST_EPOCHS),
  ]);
  return { fleet, submissions, epochIds: known.map(({ id }) => id), atMs: Date.now() };
}
