import type { DeadLetter } from '../../../shared/job-queue/job-queue.ts';
import { readMessageBody } from '../../../shared/job-queue/read-message-body.ts';
import { alignColumns } from '../../terminal/align-columns.ts';
import { formatDuration } from '../../terminal/format-duration.ts';
import { type Line, toned } from '../../terminal/line.ts';
import { NO_ARGUMENT } from '../command-line/argument.ts';
import { fleetCommand, NO_OPTIONS } from '../command-line/fleet-command.ts';
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
  switchTitle: 'What to do',
  switches: [{ flag: 'dry-run', description: 'List the dead letters, and change nothing' }],
  options: NO_OPTIONS,
  execute: async ({ queue }, { switches }) => {
    const letters = await queue.deadLetters();
    return { letters, sent: switches.has('dry-run') ? undefined : await queue.redrive() };
  },
  render: ({ letters, sent }) =>
    sent === undefined ? renderLetters(letters, Date.now()) : renderRedriven(letters, sent),
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

export function renderLetters(letters: readonly DeadLetter[], atMs: number): Line[] {
  if (letters.length === 0) return [['There are no dead letters.']];
  return [
    [`${letters.length} dead letters: ${kindsOf(letters)}`],
    [],
    ...alignColumns(
      letters.map(({ body, reason, parkedAtMs }): Line => [
        toned('dim', `${formatDuration(atMs - parkedAtMs)} ago`),
        toned('bad', reason),
        jobIdIn(body) ?? body.slice(0, BODY_SHOWN),
      ]),
    ),
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
