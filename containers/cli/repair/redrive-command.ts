import type { Engine } from '../../../shared/engine/engine.ts';
import type { DeadLetter } from '../../../shared/job-queue/job-queue.ts';
import { readMessageBody } from '../../../shared/job-queue/read-message-body.ts';
import { formatDuration } from '../../terminal/format-duration.ts';
import { type Line, toned } from '../../terminal/line.ts';
import { alignColumns } from '../../terminal/align-columns.ts';
import type { Command } from '../command-line/command.ts';
import { countBy } from './count-by.ts';
import { EXIT_CODES } from '../../processes/exit-codes.ts';
import { FLEET_GROUPS, openEngineOf } from '../command-line/fleet-settings.ts';
import { printLines } from '../../terminal/print.ts';
import { readCommandLine } from '../command-line/read-command-line.ts';

export const REDRIVE_COMMAND: Command = {
  name: 'redrive',
  usage: '[flags]',
  summary: 'send dead letters back to the queues that they came from',
  explanation: [
    'For when what made them so is mended: the right agents run, the queue is the right one. A message that still cannot ' +
      'be read is set aside again. The job of a message may be rejected by now: coppice retry gives it another chance.',
  ],
  switchTitle: 'What to do',
  switches: [{ flag: 'dry-run', description: 'List the dead letters, and change nothing' }],
  groups: FLEET_GROUPS,
  takesSuperseded: false,
  run,
};

const BODY_SHOWN = 200;

async function run(argv: readonly string[]): Promise<number> {
  const line = readCommandLine(argv, REDRIVE_COMMAND);
  const engine = await openEngineOf(
    line,
    line.words.map((word) => `'${word}' is no flag: settings begin with --`),
  );
  try {
    const letters = await engine.queue.deadLetters();
    const lines = line.switches.has('dry-run') ? renderLetters(letters, Date.now()) : await redrive(engine, letters);
    printLines(lines);
    return EXIT_CODES.done;
  } finally {
    await engine.close();
  }
}

async function redrive({ queue }: Engine, letters: readonly DeadLetter[]): Promise<Line[]> {
  const sent = await queue.redrive();
  if (sent === 0 && letters.length === 0) return [['There are no dead letters.']];
  const left = letters.length - sent;
  return [
    [`${sent} of ${Math.max(letters.length, sent)} dead letters went back to their queues: ${kindsOf(letters)}.`],
    ...(left > 0 ? [[`${left} stay: nothing says which queue they came from.`]] : []),
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
