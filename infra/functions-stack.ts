import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

import { ENV as SUBMIT_ROOT } from '../functions/submit-root/env.ts';
import { acknowledge } from './acknowledge.ts';
import type { EnvironmentConfig } from './config/environment-config.ts';
import { FleetFunction } from './fleet-function.ts';
import { FUNCTION_TIMINGS } from './function-timings.ts';
import type { StateStack } from './state-stack.ts';

export interface FunctionsStackProps extends StackProps {
  readonly config: EnvironmentConfig;
  readonly state: StateStack;
}

/** The functions, each with the events that wake it. */
export class FunctionsStack extends Stack {
  /** What Lambda could not get done, for a person to look at: the event, and the error. */
  readonly failures: Queue;
  readonly submitRoot: FleetFunction;
  readonly sweepLedger: FleetFunction;
  readonly settleDeadLetters: FleetFunction;
  readonly #config: EnvironmentConfig;

  constructor(scope: Construct, id: string, { config, state, ...props }: FunctionsStackProps) {
    super(scope, id, props);
    this.#config = config;
    this.failures = new Queue(this, 'Failures', {
      queueName: `${config.prefix}-failed-invocations`,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(this.failures, { SQS3: 'it is itself where failures end' });
    this.submitRoot = this.#submitRoot(state);
    this.sweepLedger = this.#function('SweepLedger', 'sweep-ledger');
    state.ledger.grantRole('sweep-ledger', this.sweepLedger.role);
    state.queues.grantRole('sweep-ledger', this.sweepLedger.role);
    this.settleDeadLetters = this.#settleDeadLetters(state);
  }

  #function(
    id: string,
    name: keyof typeof FUNCTION_TIMINGS,
    variables: Readonly<Record<string, string>> = {},
  ): FleetFunction {
    const { failures } = this;
    return new FleetFunction(this, id, {
      name,
      config: this.#config,
      timing: FUNCTION_TIMINGS[name],
      variables,
      failures,
    });
  }

  #submitRoot({ ledger, publisher, l1 }: StateStack): FleetFunction {
    const { reference } = publisher;
    const submitRoot = this.#function('SubmitRoot', 'submit-root', {
      [SUBMIT_ROOT.L1_SECRET_ID]: l1.secret.secretArn,
      [SUBMIT_ROOT.L1_CHAIN_ID]: String(this.#config.l1.chainId),
      [SUBMIT_ROOT.GAS_PRICE_MAX_GWEI]: String(this.#config.publisher.gasPriceMaxGwei),
      ...('kmsKeyId' in reference
        ? { [SUBMIT_ROOT.PUBLISHER_KMS_KEY_ID]: reference.kmsKeyId }
        : { [SUBMIT_ROOT.PUBLISHER_SECRET_ID]: reference.secretId }),
    });
    ledger.grantRole('submit-root', submitRoot.role);
    publisher.grantSign(submitRoot.role);
    l1.grantRead(submitRoot.role);
    return submitRoot;
  }

  #settleDeadLetters({ ledger, queues }: StateStack): FleetFunction {
    const settle = this.#function('SettleDeadLetters', 'settle-dead-letters');
    ledger.grantRole('settle-dead-letters', settle.role);
    queues.grantRole('settle-dead-letters', settle.role);
    // Lambda reads the queue under this role, and looks at its settings as well.
    settle.allow(
      ['sqs:GetQueueAttributes'],
      queues.deadLetterQueues.map(({ queueArn }) => queueArn),
    );
    for (const { pool, lane, deadLetterQueue } of queues.all) {
      new EventSourceMapping(this, `DeadLetters-${pool}-${lane}`, {
        target: settle.function,
        eventSourceArn: deadLetterQueue.queueArn,
        batchSize: 10,
        reportBatchItemFailures: true,
        maxConcurrency: 2,
      });
    }
    return settle;
  }
}
