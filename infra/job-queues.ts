import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

import { DEFAULT_LEASE_SECONDS } from '../shared/config/groups/engine-settings.ts';
import type { AwsRole } from '../shared/engine/aws/aws-permissions.ts';
import type { AwsResourceNames } from '../shared/engine/aws/aws-resource-names.ts';
import { QUEUE_SHAPE } from '../shared/engine/aws/aws-resource-shapes.ts';
import { Lane, Pool } from '../shared/proving-job/circuit-family.ts';
import { NATIVE_LINE } from '../shared/proving-job/fleet-line.ts';
import { largerPools } from '../shared/proving-job/circuit-catalogue.ts';
import { acknowledge } from './acknowledge.ts';
import { callsOfRole } from './calls-of-role.ts';
import type { OnDelete } from './config/environment-config.ts';
import { removalPolicyOf } from './removal-policy.ts';

export interface JobQueuesProps {
  readonly names: AwsResourceNames;
  /** The name of the version line. */
  readonly line: string;
  /** How long a dead letter stays hidden once a function has it: several times the function's time-out. */
  readonly deadLetterVisibility: Duration;
  readonly onDelete: OnDelete;
}

export interface JobQueue {
  readonly line: string;
  readonly pool: Pool;
  readonly lane: Lane;
  readonly queue: IQueue;
  readonly deadLetterQueue: IQueue;
}

/**
 * The job queues of a version line, one for each pool and lane, each with a dead-letter queue.
 *
 * Those of other lines than the native one go with their line, even where data is retained: the sweeper sends messages again
 * from the ledger, and a queue that stayed behind would keep the line from coming back. Other stacks refer to them by name: a
 * reference would keep them from being deleted as long as the other stack has not been deployed.
 */
export class JobQueues extends Construct {
  readonly all: readonly JobQueue[];

  constructor(scope: Construct, id: string, { names, line, deadLetterVisibility, onDelete }: JobQueuesProps) {
    super(scope, id);
    const common = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.seconds(QUEUE_SHAPE.retentionSeconds),
      removalPolicy: removalPolicyOf(line === NATIVE_LINE ? onDelete : 'destroy'),
    };
    const forOthers = (queue: Queue, queueName: string): IQueue =>
      line === NATIVE_LINE ? queue : this.#named(queue, queueName);
    this.all = Pool.options.flatMap((pool) =>
      Lane.options.map((lane) => {
        const name = `${capitalised(pool)}${capitalised(lane)}`;
        const queueName = names.queue(pool, lane, line);
        const deadLetterQueueName = names.deadLetterQueue(pool, lane, line);
        const deadLetterQueue = new Queue(this, `${name}DeadLetters`, {
          ...common,
          queueName: deadLetterQueueName,
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
        return {
          line,
          pool,
          lane,
          queue: forOthers(queue, queueName),
          deadLetterQueue: forOthers(deadLetterQueue, deadLetterQueueName),
        };
      }),
    );
  }

  /** The queue by its name, so that no other stack depends on the resource. */
  #named(queue: Queue, queueName: string): IQueue {
    const queueArn = Stack.of(this).formatArn({
      service: 'sqs',
      resource: queueName,
      arnFormat: ArnFormat.NO_RESOURCE_NAME,
    });
    return Queue.fromQueueAttributes(queue, 'Named', { queueArn });
  }

  /**
   * Grants the programs of `role` the calls that they make.
   * @param pools whose jobs they handle. @default all
   */
  grantRole(role: AwsRole, grantee: IGrantable, pools: readonly Pool[] = Pool.options): void {
    const mine = this.all.filter(({ pool }) => pools.includes(pool));
    const resourceArns = mine.flatMap(({ queue, deadLetterQueue }) => {
      if (role === 'settle-dead-letters') return [deadLetterQueue.queueArn];
      // Agents and gateways move messages that they cannot handle to the dead-letter queue themselves.
      return role === 'agent' || role === 'gateway' ? [queue.queueArn, deadLetterQueue.queueArn] : [queue.queueArn];
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
