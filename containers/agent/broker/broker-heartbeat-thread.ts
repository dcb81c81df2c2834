import { parentPort, workerData } from 'node:worker_threads';

import { BrokerClient } from '../../../shared/broker-api/broker-client.ts';
import type { WireJobId } from '../../../shared/broker-api/wire-job-id.ts';
import { errorText } from '../../../shared/telemetry/error-text.ts';
import type { BrokerThreadData, BrokerThreadEvent, BrokerThreadRequest } from './heartbeat-messages.ts';

// A thread of the agent: however busy the main thread is, the broker hears in time that the job is being proven.

interface Kept {
  readonly jobId: WireJobId;
  readonly startedAtMs: number;
  heartbeat: NodeJS.Timeout | undefined;
  /** The report under way, if any. */
  reporting: Promise<void>;
}

const port = parentPort;
if (port === null) throw new Error('broker-heartbeat-thread.ts runs as a worker thread: start it as BrokerHeartbeats');
const { url, heartbeatSeconds, filter } = workerData as BrokerThreadData;
/** Longer than a busy broker takes, and well below the time after which it takes a job away. */
const REPORT_MS = 8000;

const kept = new Map<number, Kept>();
const post = (event: BrokerThreadEvent): void => port.postMessage(event);

port.on('message', (request: BrokerThreadRequest) => void handle(request));

async function handle(request: BrokerThreadRequest): Promise<void> {
  switch (request.kind) {
    case 'keep': {
      const { key, jobId, startedAtMs } = request;
      const job: Kept = {
        jobId,
        startedAtMs,
        heartbeat: undefined,
        reporting: Promise.resolve(),
      };
      kept.set(key, job);
      reportAfter(heartbeatSeconds, key, job);
      return;
    }
    case 'drop':
      await drop(request.key);
      post({ kind: 'dropped', key: request.key });
      return;
    case 'stop':
      for (const key of [...kept.keys()]) void drop(key);
      port?.close();
  }
}

async function drop(key: number): Promise<void> {
  const job = kept.get(key);
  if (job === undefined) return;
  kept.delete(key);
  clearTimeout(job.heartbeat);
  await job.reporting;
}

function reportAfter(seconds: number, key: number, job: Kept): void {
  if (kept.get(key) !== job) return;
  job.heartbeat = setTimeout(() => {
    job.reporting = report(key, job);
  }, seconds * 1000);
}

/**
 * A broker that cannot be reached has not taken the job away: the proof goes on, and so do the reports. What it answers to
 * a report is never left lying, since it counts on this agent to prove it.
 */
async function report(key: number, job: Kept): Promise<void> {
  const client = new BrokerClient({ url, signal: AbortSignal.timeout(REPORT_MS) });
  try {
    const next = await client.reportProvingJobProgress(job.jobId, job.startedAtMs, filter);
    if (next !== undefined && next.job.id !== job.jobId) {
      kept.delete(key);
      post({ kind: 'replaced', key, next });
      return;
    }
  } catch (error) {
    post({ kind: 'problem', message: errorText(error) });
  }
  reportAfter(heartbeatSeconds, key, job);
}
