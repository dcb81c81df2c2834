import { integer } from '../../../shared/config/value-kinds.ts';
import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { EpochNumber } from '../../../shared/proving-job/proving-job-id.ts';
import type { Line } from '../../terminal/line.ts';
import type { Command } from '../command-line/command.ts';
import { countBy } from './count-by.ts';
import { EXIT_CODES } from '../../processes/exit-codes.ts';
import { findJob, JOB_PREFIX } from '../inspect/find-job.ts';
import { FLEET_GROUPS, openEngineOf } from '../command-line/fleet-settings.ts';
import { printLines } from '../../terminal/print.ts';
import { readCommandLine } from '../command-line/read-command-line.ts';
import { retryEpoch, retryJob, type Retried } from './retry-jobs.ts';

export const RETRY_COMMAND: Command = {
  name: 'retry',
  usage: 'JOB|EPOCH [flags]',
  summary: 'give a rejected job, or all of an epoch, another chance',
  explanation: [
    'JOB is the id of a rejected job, or as much of its beginning as tells it from the others (7:PARITY_BASE:9e3f); EPOCH ' +
      'is a number, and stands for all of its rejected jobs. What lies in place of a proof is set aside, the attempts ' +
      'that were lost are forgotten, and agents are told. An epoch that failed is taken up again by a node, with all of ' +
      'its rejected jobs.',
    'Works on the ledger, the queue and the proof store, and needs no running process.',
  ],
  switchTitle: '',
  switches: [],
  groups: FLEET_GROUPS,
  takesSuperseded: false,
  run,
};

async function run(argv: readonly string[]): Promise<number> {
  const line = readCommandLine(argv, RETRY_COMMAND);
  const [word = '', ...others] = line.words;
  const epoch = integer(0).parse(word);
  const problems = [
    ...(epoch.success || JOB_PREFIX.test(word)
      ? []
      : [
          'say what to retry: coppice retry JOB, an id as coppice jobs shows it, or coppice retry EPOCH, a whole number' +
            (word === '' ? '' : `; got '${word}'`),
        ]),
    ...others.map((other) => `'${other}' is one word too many`),
  ];
  const engine = await openEngineOf(line, problems);
  try {
    const retried = epoch.success
      ? await retryEpoch(engine, EpochNumber.parse(epoch.data))
      : await retryJob(engine, await findJob(engine.jobs, word));
    printLines(renderRetried(retried));
    return EXIT_CODES.done;
  } finally {
    await engine.close();
  }
}

/** What was done, and what happens next. */
export function renderRetried({ epoch, jobs, isTakenUp }: Retried): Line[] {
  const [only] = jobs;
  const circuits = countBy(jobs, ({ circuit }: JobRecord) => circuit);
  const done =
    jobs.length === 1 && only !== undefined
      ? `Job ${only.id} is queued again.`
      : jobs.length === 0
        ? `No job of epoch ${epoch.epoch} was rejected.`
        : `${jobs.length} jobs of epoch ${epoch.epoch} are queued again: ${circuits}.`;
  const next = isTakenUp
    ? `Epoch ${epoch.epoch} is taken up again: within seconds by a node that runs, else by the next that is started.`
    : `Epoch ${epoch.epoch} is being proven: its node takes each proof as it comes.`;
  return [[done], [next]];
}
