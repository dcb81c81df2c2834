import path from 'node:path';

import type { AwsEngineOptions } from './aws/aws-engine.ts';
import type { EngineOptions } from './open-engine.ts';
import type { AttemptBudgets } from '../ledger/job-ledger.ts';
import { DEFAULT_LEASE_SECONDS, type EngineSettings } from '../config/groups/engine-settings.ts';

/** The engine that the settings ask for; the same for every process that has the same settings. */
export function engineOptionsOf(settings: EngineSettings): EngineOptions {
  const { engine, proofStore } = settings;
  if (engine === 'aws') return { engine, ...awsEngineOptionsOf(settings) };
  return {
    engine,
    dataDirectory: path.resolve(settings.engineDirectory ?? path.join(settings.dataDirectory, 'coppice')),
    ...(proofStore !== undefined && 'directory' in proofStore && { proofsDirectory: proofStore.directory }),
    leaseSeconds: leaseSecondsOf(settings),
    attemptBudgets: attemptBudgetsOf(settings),
  };
}

/** The same for programs that run on AWS only. */
export function awsEngineOptionsOf(settings: EngineSettings): AwsEngineOptions {
  const { awsPrefix, awsRegion, awsEndpoint, lines, proofStore } = settings;
  return {
    prefix: awsPrefix,
    ...(lines !== undefined && { lines }),
    ...(proofStore !== undefined && 'bucket' in proofStore && { bucket: proofStore.bucket }),
    connection: {
      ...(awsRegion !== undefined && { region: awsRegion }),
      ...(awsEndpoint !== undefined && { endpoint: awsEndpoint }),
    },
    leaseSeconds: leaseSecondsOf(settings),
    attemptBudgets: attemptBudgetsOf(settings),
  };
}

/** How long a job is held without a heartbeat, in seconds. */
export function leaseSecondsOf({ engine, leaseSeconds }: Pick<EngineSettings, 'engine' | 'leaseSeconds'>): number {
  return leaseSeconds ?? DEFAULT_LEASE_SECONDS[engine];
}

/** A job of the embedded engine without news for this many leases gets a new message. */
const STRANDED_LEASES = 4;
/**
 * SQS loses no message, so a job that waits has one, and a second one for each job of a long backlog would cost money. A job
 * whose message was never sent gets one at once, without this wait.
 */
const STRANDED_SECONDS_ON_AWS = 3600;

/** When a job without news gets a new message, in seconds. */
export function strandedSecondsOf(settings: Pick<EngineSettings, 'engine' | 'leaseSeconds'>): number {
  return settings.engine === 'aws' ? STRANDED_SECONDS_ON_AWS : STRANDED_LEASES * leaseSecondsOf(settings);
}

function attemptBudgetsOf(settings: EngineSettings): AttemptBudgets {
  return {
    'lost-agent': settings.attemptsLostAgent,
    'out-of-memory': settings.attemptsOutOfMemory,
    'time-out': settings.attemptsTimeOut,
    failure: settings.attemptsFailure,
    'corrupt-inputs': settings.attemptsCorruptInputs,
  };
}
