import { Duration } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

import { DEFAULT_LEASE_SECONDS } from '../shared/config/groups/engine-settings.ts';
import type { AwsRole } from '../shared/engine/aws/aws-permissions.ts';
import type { AwsResourceNames } from '../shared/engine/aws/aws-resource-names.ts';
import { QUEUE_SHAPE } from '../shared/engine/aws/aws-resource-shapes.ts';
import { Lane, Pool } from '../shared/proving-job/circuit-family.ts';
import { largerPools } from '../shared/proving-job/circuit-catalogue.ts';
import { acknowledge } from './acknowledge.ts';
import { callsOfRole } from './calls-of-role.ts';
import type { OnDelete } from './config/environment-config.ts';
import { removalPolicyOf } from './removal-policy.ts';

export interface JobQueuesProps {
  readonly names: AwsResourceNames;
  /** How long a dead letter stays hidden once a function has it: several times the function's time-out. */
  readonly deadLetterVisibility: Duration;
  readonly onDelete: OnDelete;
}

export interface JobQueue {
  readonly pool: Pool;
  readonly lane: Lane;
  readonly queue: IQueue;
  readonly deadLetterQueue: IQueue;
}

/** The job queues, one for each pool and lane, each with a dead-letter queue. */
export class JobQueues extends Construct {
  readonly all: readonly JobQueue[];

  constructor(scope: Construct, id: string, { names, deadLetterVisibility, onDelete }: JobQueuesProps) {
    super(scope, id);
    const common = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.seconds(QUEUE_SHAPE.retentionSeconds),
      removalPolicy: removalPolicyOf(onDelete),
    };
    this.all = Pool.options.flatMap((pool) =>
      Lane.options.map((lane) => {
        const name = `${capitalised(pool)}${capitalised(lane)}`;
        const queueName = names.queue(pool, lane);
        const deadLetterQueue = new Queue(this, `${name}DeadLetters`, {
          ...common,
          queueName: names.deadLetterQueue(pool, lane),
          visibilityTimeout: deadLetterVisibility,
        });
        const queue = new Queue(this, name, {
          ...common,
          queueName,
          visibilityTimeout: Duration.seconds(DEFAULT_LEASE_SECONDS.aws),
          receiveMessageWaitTime: Duration.seconds(QUEUE_SHAPE.longPollSeconds),
          deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount: QUEUE_SHAPE.maxDeliveries },
        });
        acknowledge(deadLetterQueue, {
          SQS3: `it is the dead-letter queue of ${queueName}; settle-dead-letters empties it`,
        });
        return { pool, lane, queue, deadLetterQueue };
      }),
    );
  }

  /**
   * Grants the programs of `role` the calls that they make.
   * @param pools whose jobs they handle. @default all
   */
  grantRole(role: AwsRole, grantee: IGrantable, pools: readonly Pool[] = Pool.options): void {
    const mine = this.all.filter(({ pool }) => pools.includes(pool));
    const resourceArns = mine.flatMap(({ queue, deadLetterQueue }) => {
      if (role === 'settle-dead-letters') return [deadLetterQueue.queueArn];
      // Agents move messages that they cannot handle to the dead-letter queue themselves.
      return role === 'agent' ? [queue.queueArn, deadLetterQueue.queueArn] : [queue.queueArn];
    });
    Grant.addToPrincipal({ grantee, actions: [...callsOfRole(role, 'sqs')], resourceArns });
  }

  /** Lets agents of `pool` send jobs that ran out of memory to the queues of larger pools. */
  grantSendToLarger(pool: Pool, grantee: IGrantable): void {
    const larger = this.all.filter((each) => largerPools(pool).includes(each.pool));
    const resourceArns = larger.map(({ queue }) => queue.queueArn);
    if (resourceArns.length === 0) return;
    Grant.addToPrincipal({ grantee, actions: ['sqs:GetQueueUrl', 'sqs:SendMessage'], resourceArns });
  }

  /** Unsettled dead letters, of all pools. */
  get deadLetterQueues(): readonly IQueue[] {
    return this.all.map(({ deadLetterQueue }) => deadLetterQueue);
  }

  /** Messages that no agent holds. SQS counts them about once a minute. */
  metricWaiting(pool: Pool, lane: Lane, options?: MetricOptions): Metric {
    return this.#of(pool, lane).queue.metricApproximateNumberOfMessagesVisible(options);
  }

  metricDeadLetters(pool: Pool, lane: Lane, options?: MetricOptions): Metric {
    return this.#of(pool, lane).deadLetterQueue.metricApproximateNumberOfMessagesVisible(options);
  }

  #of(pool: Pool, lane: Lane): JobQueue {
    const found = this.all.find((one) => one.pool === pool && one.lane === lane);
    if (found === undefined) throw new Error(`unknown queue: pool ${pool}, lane ${lane}`);
    return found;
  }
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
