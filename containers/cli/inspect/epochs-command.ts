import { HISTORY_GROUP } from '../../../shared/config/groups/history-settings.ts';
import { parseSettings } from '../../../shared/config/parse-settings.ts';
import { outputColumns } from '../../terminal/print.ts';
import { NO_ARGUMENT } from '../command-line/argument.ts';
import { fleetCommand } from '../command-line/fleet-command.ts';
import { readHistory } from './epoch-history.ts';
import { renderHistory } from './render-history.ts';

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
  switches: [{ flag: 'json', description: 'One JSON document, with the complete records' }],
  options: { groups: [HISTORY_GROUP], parse: (environment) => parseSettings([HISTORY_GROUP], environment) },
  execute: (engine, { options: { epochLimit } }) => readHistory(engine, epochLimit, Date.now()),
  render: (history) => renderHistory(history, outputColumns()),
});
