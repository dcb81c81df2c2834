import { POLLING_POLICIES } from '../../../containers/agent/job/polling-policy.ts';
import { strandedSecondsOf } from '../../../shared/engine/engine-options.ts';
import { ENGINE_SETTINGS } from '../../../shared/config/groups/engine-settings.ts';
import { NODE_GROUP } from '../../../shared/config/groups/node-settings.ts';
import { parseSettings, settingsOrThrow } from '../../../shared/config/parse-settings.ts';
import type { AwsUsage } from '../../../shared/cost/aws-prices.ts';
import { BUCKET_SHAPE } from '../../../shared/engine/aws/aws-resource-shapes.ts';
import { LEDGER_KEPT_SECONDS } from '../../../shared/ledger/kept-seconds.ts';
import { CIRCUIT_CATALOGUE } from '../../../shared/proving-job/circuit-catalogue.ts';
import type { CostLine } from './cost-line.ts';
import { HEARTBEAT_SECONDS } from './counted-fleet.ts';
import { type ActUsage, RECONCILED_JOBS } from './measure.ts';
import { averageOf, type EpochAverages, EPOCH_SECONDS, JOBS } from './priced-epoch.ts';
import { addUsage, timesUsage } from './usage.ts';

export interface BilledEpoch {
  readonly averages: EpochAverages;
  /** Requests of the node and the agents for each job. */
  readonly node: AwsUsage;
  readonly agent: AwsUsage;
  readonly acts: ActUsage;
  readonly ledgerBytesPerJob: number;
}

/** Background work of the programs, by the defaults of their settings. */
const settings = settingsOrThrow(parseSettings([ENGINE_SETTINGS, NODE_GROUP], { COPPICE_ENGINE: 'aws' }));
const { reconcileSeconds, sweepSeconds, pollingIntervalMs } = settings;
const STRANDED_SECONDS = strandedSecondsOf(settings);
/** Four shards are what a new table on demand begins with; each is read four times a second. */
const STREAM_READS_PER_SECOND = 4 * 4;
const FUNCTION_SECONDS = 60;
const REPORTS_PER_JOB = 2;
/** Both functions that run by the clock, at 256 MB for half a second. */
const CLOCKED_FUNCTIONS = 2;
const FUNCTION_GB_SECONDS = 0.25 * 0.5;
/** Lambda reads a queue by five long polls of 20 s at a time; there are eight dead-letter queues. */
const DEAD_LETTER_POLLS_PER_MINUTE = 8 * 5 * 3;
const LEDGER_KEPT_DAYS = LEDGER_KEPT_SECONDS / 86_400;
const DAYS_PER_MONTH = 30;
const LONGEST_POLL_SECONDS = 20;
const IDLE_AGENTS = 200;
const HOUR_SECONDS = 3600;

/** As many agents as prove all of it within the epoch after it. */
export function fleetSizeOf({ provingSeconds }: EpochAverages): number {
  return Math.ceil((JOBS * provingSeconds) / EPOCH_SECONDS);
}

/** An epoch of 10,000 jobs, line by line; the first two were counted job by job, the others act by act. */
export function billEpoch({ averages, node, agent, acts, ledgerBytesPerJob }: BilledEpoch): readonly CostLine[] {
  const fleetSize = fleetSizeOf(averages);
  const leaves = averages.leafShare * JOBS;
  // Jobs that wait for no other are requested at the start and settled evenly.
  const outstanding = leaves / 2;
  const resends = leaves * meanResends();
  const times = (seconds: number): number => EPOCH_SECONDS / seconds;
  const beats =
    JOBS * averageOf((circuit) => Math.floor(CIRCUIT_CATALOGUE[circuit].expectedSeconds / HEARTBEAT_SECONDS)).mean;
  const counts =
    JOBS *
    averageOf((circuit) =>
      Math.min(1, CIRCUIT_CATALOGUE[circuit].expectedSeconds / POLLING_POLICIES.aws.agentCountMaxAgeSeconds),
    ).mean;
  const gbMonths = (bytes: number, days: number): number => (JOBS * bytes * days) / DAYS_PER_MONTH / 1e9;
  return [
    { name: 'node, job by job', because: 'counted', usage: timesUsage(JOBS, node) },
    { name: 'agents, job by job', because: 'counted, receives that found a job', usage: timesUsage(JOBS, agent) },
    {
      name: 'heartbeats',
      because: `every ${HEARTBEAT_SECONDS} s of each circuit's expected time: ${beats.toFixed(0)}`,
      usage: timesUsage(beats, acts.heartbeat),
    },
    {
      name: 'agents, polls left empty',
      because: 'one a job at most: that of the other lane',
      usage: { sqsRequests: JOBS },
    },
    {
      name: 'agents, reports',
      because: `${REPORTS_PER_JOB} a job, and ${fleetSize} agents every ${HEARTBEAT_SECONDS} s`,
      usage: timesUsage(REPORTS_PER_JOB * JOBS + fleetSize * times(HEARTBEAT_SECONDS), acts.report),
    },
    {
      name: 'agents, queue checks',
      because: `one a job; ${counts.toFixed(0)} of them count ${fleetSize} agents`,
      usage: addUsage(timesUsage(JOBS, acts.queueCheck), timesUsage(counts, acts.countAgents)),
    },
    {
      name: 'node, reconciliation',
      because: `every ${reconcileSeconds} s, by the index, with ${outstanding.toFixed(0)} open jobs on average`,
      usage: timesUsage((outstanding / RECONCILED_JOBS) * times(reconcileSeconds), acts.reconcile),
    },
    {
      name: 'second messages',
      because: `after ${STRANDED_SECONDS} s of waiting: ${resends.toFixed(0)}`,
      usage: timesUsage(resends, acts.resend),
    },
    {
      name: 'node, stream and polls',
      because: `${STREAM_READS_PER_SECOND} reads of the stream a second, a poll for epochs every ${pollingIntervalMs / 1000} s, a sweep every ${sweepSeconds} s`,
      usage: addUsage(
        { streamReads: STREAM_READS_PER_SECOND * EPOCH_SECONDS },
        timesUsage(times(pollingIntervalMs / 1000), acts.epochPoll),
        timesUsage(times(sweepSeconds), acts.sweep),
      ),
    },
    {
      name: 'functions',
      because: `a sweep and a poll of the outbox every ${FUNCTION_SECONDS} s; Lambda's polls of the dead-letter queues`,
      usage: addUsage(
        timesUsage(times(FUNCTION_SECONDS), addUsage(acts.sweep, acts.submitterPoll)),
        timesUsage(CLOCKED_FUNCTIONS * times(FUNCTION_SECONDS), {
          lambdaRequests: 1,
          lambdaGbSeconds: FUNCTION_GB_SECONDS,
        }),
        { sqsRequests: DEAD_LETTER_POLLS_PER_MINUTE * times(60) },
      ),
    },
    { name: 'the epoch itself', because: 'its record, and its root in the outbox', usage: acts.epoch },
    {
      name: 'storage',
      because: `${BUCKET_SHAPE.objectDays} days of ${(averages.objectBytes / 1000).toFixed(0)} KB of inputs and proof a job, ${LEDGER_KEPT_DAYS} of the ledger`,
      usage: {
        s3StorageGbMonths: gbMonths(averages.objectBytes, BUCKET_SHAPE.objectDays),
        dynamoStorageGbMonths: gbMonths(ledgerBytesPerJob, LEDGER_KEPT_DAYS),
      },
    },
    {
      name: `${IDLE_AGENTS} idle agents, 1 h`,
      because: `${acts.idlePollsPerClaim} polls every ${LONGEST_POLL_SECONDS} s and a report every ${HEARTBEAT_SECONDS} s each`,
      usage: timesUsage(
        IDLE_AGENTS,
        addUsage(
          { sqsRequests: (acts.idlePollsPerClaim * HOUR_SECONDS) / LONGEST_POLL_SECONDS },
          timesUsage(HOUR_SECONDS / HEARTBEAT_SECONDS, acts.report),
        ),
      ),
    },
  ];
}

/** Of a job that waits for some part of the epoch, each as likely. */
function meanResends(): number {
  let mean = 0;
  for (let afterSeconds = STRANDED_SECONDS; afterSeconds < EPOCH_SECONDS; afterSeconds += STRANDED_SECONDS) {
    mean += 1 - afterSeconds / EPOCH_SECONDS;
  }
  return mean;
}
