import { z } from 'zod';

import { LIST_GROUP } from '../../../shared/config/groups/list-settings.ts';
import { parseSettings } from '../../../shared/config/parse-settings.ts';
import type { DeadLetter } from '../../../shared/job-queue/job-queue.ts';
import { readMessageBody } from '../../../shared/job-queue/read-message-body.ts';
import { alignColumns } from '../../terminal/align-columns.ts';
import { formatDuration } from '../../terminal/format-duration.ts';
import { type Line, toned } from '../../terminal/line.ts';
import { NO_ARGUMENT } from '../command-line/argument.ts';
import { outputColumns } from '../../terminal/print.ts';
import { fleetCommand } from '../command-line/fleet-command.ts';
import { DeadLetterDocument } from '../json/fleet-documents.ts';
import { listLimit, restLines } from '../inspect/list-limit.ts';
import { countBy } from './count-by.ts';

export const REDRIVE_COMMAND = fleetCommand({
  name: 'redrive',
  usage: '',
  summary: 'send dead letters back to the queues that they came from',
  explanation: [
    'Run this once the cause is fixed: the right agents are running, or the message is in the right queue. A message that ' +
      'still cannot be read is set aside again. If the job of a message has been rejected meanwhile, retry it with coppice ' +
      'retry.',
  ],
  argument: NO_ARGUMENT,
  examples: ['coppice redrive --dry-run', 'coppice redrive'],
  switchTitle: 'What to do',
  switches: [{ flag: 'dry-run', description: 'List the dead letters, and change nothing' }],
  output: {
    version: 1,
    description: 'One JSON document: the dead letters, and how many went back',
    schema: z.strictObject({
      letters: z.array(DeadLetterDocument).describe('As they were before'),
      allLetters: z.number().int().describe('How many there were, where --limit leaves some out'),
      sent: z.number().int().optional().describe('Absent with --dry-run'),
    }),
  },
  options: { groups: [LIST_GROUP], parse: (environment) => parseSettings([LIST_GROUP], environment) },
  execute: async ({ queue }, { switches, options }) => {
    const letters = await queue.deadLetters();
    const limit = listLimit(options.limit, switches);
    return { letters, limit, sent: switches.has('dry-run') ? undefined : await queue.redrive() };
  },
  render: ({ letters, limit, sent }) =>
    sent === undefined
      ? renderLetters(letters, { atMs: Date.now(), columns: outputColumns(), limit })
      : renderRedriven(letters, sent),
  toJson: ({ letters, limit, sent }) => ({ letters: letters.slice(0, limit), allLetters: letters.length, sent }),
});

const BODY_SHOWN = 200;

function renderRedriven(letters: readonly DeadLetter[], sent: number): Line[] {
  if (sent === 0 && letters.length === 0) return [['There are no dead letters.']];
  const left = letters.length - sent;
  return [
    [`${sent} of ${Math.max(letters.length, sent)} dead letters went back to their queues: ${kindsOf(letters)}.`],
    ...(left > 0 ? [[`${left} stay: it is not known which queue they came from.`]] : []),
    ['Agents take those whose jobs are open; coppice retry reopens jobs that were rejected meanwhile.'],
  ];
}

export interface RenderLettersOptions {
  readonly atMs: number;
  readonly columns: number;
  /** The most to print. */
  readonly limit: number;
}

export function renderLetters(letters: readonly DeadLetter[], { atMs, columns, limit }: RenderLettersOptions): Line[] {
  if (letters.length === 0) return [['There are no dead letters.']];
  return [
    [`${letters.length} dead letters: ${kindsOf(letters)}`],
    [],
    ...alignColumns(
      letters
        .slice(0, limit)
        .map(({ body, reason, parkedAtMs }): Line => [
          toned('dim', `${formatDuration(atMs - parkedAtMs)} ago`),
          toned('bad', reason),
          jobIdIn(body) ?? body.slice(0, BODY_SHOWN),
        ]),
      { columns },
    ),
    ...restLines(letters.length, limit),
  ];
}

function kindsOf(letters: readonly DeadLetter[]): string {
  return countBy(letters, ({ body }) => circuitIn(body) ?? 'unreadable');
}

function circuitIn(body: string): string | undefined {
  const read = readMessageBody(body);
  return read.success ? read.data.circuit : undefined;
}

function jobIdIn(body: string): string | undefined {
  const read = readMessageBody(body);
  return read.success ? read.data.jobId : undefined;
}
