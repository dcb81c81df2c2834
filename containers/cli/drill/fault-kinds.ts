import type { Fault } from '../../../shared/drills/drill-record.ts';
import type { MetricName } from '../../../shared/telemetry/metrics.ts';

/** Where an operator sees a fault that nobody announced. */
interface Signs {
  /** The text of a log line. */
  readonly log: string;
  readonly metric: MetricName;
  /** What `coppice status` shows. */
  readonly status: string;
}

interface FaultKind {
  /** One line, for the list. */
  readonly summary: string;
  /** What is done, for people, before it is done. */
  readonly does: string;
  /** What must happen then. */
  readonly expected: string;
  /** Attempts that it costs each job in hand: a killed agent cannot give its jobs back. */
  readonly attemptsPerJob: 0 | 1;
  /** Whether the fleet's processes bring it about themselves, and have to allow that. */
  readonly needsAllowance: boolean;
  readonly signs: Signs;
}

export const FAULT_KINDS: Readonly<Record<Fault, FaultKind>> = {
  'stop-agent': {
    summary: 'stop an agent that proves: SIGTERM, or StopTask on ECS',
    does: 'is asked to stop (SIGTERM; on ECS, StopTask)',
    expected: 'it finishes its job or gives it back at no cost, and ends; another agent goes on',
    attemptsPerJob: 0,
    needsAllowance: false,
    signs: {
      log: 'agent stopped',
      metric: 'JobsReleased',
      status: 'the agent drops out of the list after two minutes',
    },
  },
  'kill-agent': {
    summary: 'kill an agent that proves: SIGKILL; on ECS it ends itself',
    does: 'is killed (SIGKILL; on ECS it ends itself at once)',
    expected: 'its lease ends, and another agent proves the job; that costs the job one attempt',
    attemptsPerJob: 1,
    needsAllowance: false,
    signs: { log: 'crashed: restarting', metric: 'TasksCrashed', status: 'the agent was last seen when it was killed' },
  },
  'duplicate-message': {
    summary: 'send the message of a job that is being proven a second time',
    does: 'has its message sent a second time',
    expected: 'the ledger refuses the second claim, and the job is proven once',
    attemptsPerJob: 0,
    needsAllowance: false,
    signs: { log: 'job held by another agent', metric: 'JobsEnqueued', status: 'one more message waits in the queue' },
  },
  'delay-settlement': {
    summary: 'delay the settlement of the next job that is proven',
    does: 'has its settlement delayed, once its proof is stored',
    expected: 'heartbeats keep the job, no other agent takes it, and it is settled when the delay ends',
    attemptsPerJob: 0,
    needsAllowance: true,
    signs: {
      log: 'DRILL: the settlement of this job is delayed',
      metric: 'JobHeldSeconds',
      status: 'the job stays leased, and the jobs above it wait',
    },
  },
  'fail-rpc': {
    summary: 'fail the requests of the node or broker to its first L1 RPC URL',
    does: 'gets an error for each request to its first L1 RPC URL',
    expected: 'requests go to the next URL; with only one, what needs L1 waits; proving goes on',
    attemptsPerJob: 0,
    needsAllowance: true,
    signs: {
      log: 'DRILL: requests to the first L1 RPC URL fail',
      metric: 'L1RpcFailures',
      status: 'with only one URL, the time of the newest L1 block stands still',
    },
  },
};
