import type { Capacity } from '../../agent-fleet/agent-fleet.ts';
import type { Lane, Pool } from '../../proving-job/circuit-family.ts';

/** A fleet's resources on AWS are found by its prefix: a program needs to know nothing else. */
export interface AwsResourceNames {
  readonly ledgerTable: string;
  readonly proofsBucket: string;
  /** The queue of one pool and lane. */
  queue(pool: Pool, lane: Lane): string;
  /** Where SQS moves messages that are never completed, and agents those that they cannot prove. */
  deadLetterQueue(pool: Pool, lane: Lane): string;
  /** The ECS cluster of the node and the agents. */
  readonly cluster: string;
  readonly nodeService: string;
  agentService(pool: Pool, capacity: Capacity): string;
  /** The Lambda function of that folder in `functions/`. */
  functionName(folder: string): string;
}

/** The sparse index of open jobs: a job that is closed leaves it. */
export const OPEN_JOBS_INDEX = 'open-jobs';

/** @param bucket the proofs' bucket where it is not `<prefix>-proofs`: bucket names are unique across all of AWS */
export function awsResourceNames(prefix: string, bucket = `${prefix}-proofs`): AwsResourceNames {
  const queue = (pool: Pool, lane: Lane): string => `${prefix}-${pool}-${lane}`;
  return {
    ledgerTable: `${prefix}-ledger`,
    proofsBucket: bucket,
    queue,
    deadLetterQueue: (pool, lane) => `${queue(pool, lane)}-dead-letters`,
    cluster: prefix,
    nodeService: `${prefix}-node`,
    agentService: (pool, capacity) => `${prefix}-${pool}-${capacity}`,
    functionName: (folder) => `${prefix}-${folder}`,
  };
}
