import { z } from 'zod';

import { HISTORY_GROUP } from '../../../shared/config/groups/history-settings.ts';
import { parseSettings } from '../../../shared/config/parse-settings.ts';
import { outputColumns } from '../../terminal/print.ts';
import { NO_ARGUMENT } from '../command-line/argument.ts';
import { fleetCommand } from '../command-line/fleet-command.ts';
import { EpochDocument } from '../json/epoch-documents.ts';
import { Moment } from '../json/printed.ts';
import { readHistory } from '../../fleet-view/epoch-history.ts';
import { renderHistory } from './render-history.ts';

const PastEpochDocument = EpochDocument.extend({
  rootMs: z.number().optional().describe('From its opening to its proven root'),
  provenMs: z.number().optional().describe('From its opening until it was proven on L1'),
  marginMs: z.number().optional().describe('From its proof on L1 to its deadline'),
  isMissed: z.boolean(),
  agentsDollars: z.number().optional(),
  gasWei: z.string().optional().describe('The most that its transaction cost'),
  rewardWei: z.string().optional(),
  hasRivalProof: z.boolean(),
});

export const EPOCHS_COMMAND = fleetCommand({
  name: 'epochs',
  usage: '',
  summary: 'how the newest epochs went: dates, durations, margins, cost, reward, misses',
  explanation: [
    'The newest epochs first. The margin is what was left of the window when L1 had the proof; agents are what the scaler paid ' +
      'for them; gas is the most that the transaction cost. It reads the ledger, which keeps two weeks, and changes nothing.',
  ],
  examples: ['coppice epochs --limit 100', 'coppice epochs --json | jq ".epochs[] | select(.isMissed)"'],
  argument: NO_ARGUMENT,
  switches: [],
  output: {
    version: 1,
    description: 'One JSON document, with the complete records',
    schema: z.strictObject({ at: Moment, epochs: z.array(PastEpochDocument) }),
  },
  options: { groups: [HISTORY_GROUP], parse: (environment) => parseSettings([HISTORY_GROUP], environment) },
  execute: (engine, { options: { epochLimit } }) => readHistory(engine, epochLimit, Date.now()),
  render: (history) => renderHistory(history, outputColumns()),
});
