import type { Engine } from '../../../shared/engine/engine.ts';
import { outputColumns } from '../../terminal/print.ts';
import { optionalArgument } from '../command-line/argument.ts';
import { fleetCommand, NO_OPTIONS } from '../command-line/fleet-command.ts';
import { type EpochExplanation, explainEpoch } from './explain-epoch.ts';
import { EPOCH, findEpoch, LATEST_EPOCHS } from './find-epoch.ts';
import { renderExplanation } from './render-explanation.ts';
import { type Decisions, renderWhy } from './render-why.ts';

/** An hour of decisions, one a minute. */
const DECISIONS = 60;
const SUBMISSIONS = 10;

export const WHY_COMMAND = fleetCommand({
  name: 'why',
  usage: '[EPOCH]',
  summary: 'explain what an epoch waits for; or the number of agents and the state of each root',
  explanation: [
    'With EPOCH: whether it will be proven in time, when, what its root waits for job by job, and what would help. The ' +
      'prediction is from the work left, the agents, and the times that circuits take on this fleet: one root in ten comes ' +
      'before its range, and one after it.',
    'Without: what the scaler and the submitter decided in the last hour, with their reasons. A fleet on one machine has no ' +
      'scaler: it runs the agents that you start. It changes nothing.',
  ],
  examples: ['coppice why 1042', 'coppice why 1042 --json'],
  argument: optionalArgument(EPOCH),
  switches: [
    { flag: 'json', description: 'One JSON document, with the complete decisions, or all of the explanation' },
  ],
  options: NO_OPTIONS,
  execute: async (engine, { argument }): Promise<Why> =>
    argument === undefined
      ? { kind: 'decisions', ...(await readDecisions(engine)) }
      : { kind: 'epoch', ...(await explainEpoch(engine, await findEpoch(engine.epochs, argument), Date.now())) },
  render: (why) => (why.kind === 'epoch' ? renderExplanation(why, outputColumns()) : renderWhy(why)),
  toJson: (why) => {
    if (why.kind === 'epoch') return why;
    const { fleet, submissions, atMs } = why;
    return { fleet, submissions, atMs };
  },
});

type Why = ({ readonly kind: 'decisions' } & Decisions) | ({ readonly kind: 'epoch' } & EpochExplanation);

async function readDecisions({ decisions, epochs }: Engine): Promise<Decisions> {
  const [fleet, submissions, known] = await Promise.all([
    decisions.latest('fleet', DECISIONS),
    decisions.latest('submission', SUBMISSIONS),
    epochs.latest(LATEST_EPOCHS),
  ]);
  return { fleet, submissions, epochIds: known.map(({ id }) => id), atMs: Date.now() };
}
