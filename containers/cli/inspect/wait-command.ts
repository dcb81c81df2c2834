import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import { parseSettings } from '../../../shared/config/parse-settings.ts';
import { WAIT_GROUP } from '../../../shared/config/groups/wait-settings.ts';
import { EpochId } from '../../../shared/proving-job/epoch-id.ts';
import { EXIT_CODES } from '../../processes/exit-codes.ts';
import { printJson, printLines } from '../../terminal/print.ts';
import { engineCommand } from '../command-line/fleet-command.ts';
import { EpochDocument } from '../json/epoch-documents.ts';
import { type JsonOutput, toDocument } from '../json/json-output.ts';
import { EPOCH } from '../../fleet-view/find-epoch.ts';
import { describeWait, type WaitResult, waitForEpoch } from './wait-for-epoch.ts';

const CODE_OF: Readonly<Record<WaitResult['outcome'], number>> = {
  reached: EXIT_CODES.done,
  impossible: EXIT_CODES.failed,
  'timed-out': EXIT_CODES.timedOut,
};

const OUTPUT: JsonOutput = {
  version: 1,
  description: 'One JSON document: the outcome, and the record of the epoch',
  schema: z.strictObject({
    outcome: z.enum(['reached', 'impossible', 'timed-out']),
    epochId: EpochId,
    epoch: EpochDocument.optional().describe('Absent while the ledger does not have it'),
    waitedSeconds: z.number(),
  }),
};

export const WAIT_COMMAND = engineCommand({
  name: 'wait',
  usage: 'EPOCH',
  summary: 'wait until an epoch is proven on L1, or its root is proven',
  explanation: [
    'Ends with 0 once the epoch is as far as --for says; with 1 once it can no longer get there, because its window has ' +
      'closed; with 4 when the time of --timeout is over. An epoch that is not in the ledger yet is waited for as well. It ' +
      'changes nothing.',
  ],
  examples: [
    'coppice wait 1042 --for proven --timeout 3600',
    'coppice wait 1042 --for root && notify "the root is proven"',
  ],
  argument: { kind: EPOCH },
  exitCodes: ['timedOut'],
  switches: [],
  output: OUTPUT,
  options: { groups: [WAIT_GROUP], parse: (environment) => parseSettings([WAIT_GROUP], environment) },
  execute: async (engine, { argument, options: { waitFor, waitTimeoutSeconds }, switches }) => {
    const result = await waitForEpoch(engine.epochs, argument, {
      waitFor,
      timeoutSeconds: waitTimeoutSeconds,
      nowMs: Date.now,
      pause: (ms) => sleep(ms),
    });
    if (switches.has('json')) printJson(toDocument(OUTPUT, result));
    else printLines([[describeWait(result, waitFor)]]);
    return CODE_OF[result.outcome];
  },
});
