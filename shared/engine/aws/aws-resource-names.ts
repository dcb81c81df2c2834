import type { Capacity } from '../../agent-fleet/agent-fleet.ts';
import type { Lane, Pool } from '../../proving-job/circuit-family.ts';
import { NATIVE_LINE } from '../../proving-job/fleet-line.ts';

/**
 * A fleet's resources on AWS are found by its prefix and, where they belong to a version line, by the line's name. Without a line
 * the names are those of the native one.
 */
export interface AwsResourceNames {
  readonly ledgerTable: string;
  readonly proofsBucket: string;
  /** The queue of one pool and lane. */
  queue(pool: Pool, lane: Lane, line?: string): string;
  /** Where SQS moves messages that are never completed, and agents those that they cannot prove. */
  deadLetterQueue(pool: Pool, lane: Lane, line?: string): string;
  /** The ECS cluster of the node and the agents. */
  readonly cluster: string;
  nodeService(line?: string): string;
  agentService(pool: Pool, capacity: Capacity, line?: string): string;
  /** The Lambda function of that folder in `functions/`. */
  functionName(folder: string): string;
}

/** The sparse index of open jobs: a job that is closed leaves it. */
export const OPEN_JOBS_INDEX = 'open-jobs';

/** @param bucket the proofs' bucket where it is not `<prefix>-proofs`: bucket names are unique across all of AWS */
export function awsResourceNames(prefix: string, bucket = `${prefix}-proofs`): AwsResourceNames {
  const ofLine = (line = NATIVE_LINE): string => (line === NATIVE_LINE ? prefix : `${prefix}-${line}`);
  const queue = (pool: Pool, lane: Lane, line?: string): string => `${ofLine(line)}-${pool}-${lane}`;
  return {
    ledgerTable: `${prefix}-ledger`,
    proofsBucket: bucket,
    queue,
    deadLetterQueue: (pool, lane, line) => `${queue(pool, lane, line)}-dead-letters`,
    cluster: prefix,
    nodeService: (line) => `${ofLine(line)}-node`,
    agentService: (pool, capacity, line) => `${ofLine(line)}-${pool}-${capacity}`,
    functionName: (folder) => `${prefix}-${folder}`,
  };
}
