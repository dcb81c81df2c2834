import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { type EventPattern, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

import { ENV as SCALE_FLEET } from '../functions/scale-fleet/env.ts';
import { ENV as SUBMIT_ROOT } from '../functions/submit-root/env.ts';
import { ENV as WATCH_L1 } from '../functions/watch-l1/env.ts';
import { Capacity } from '../shared/agent-fleet/agent-fleet.ts';
import { PLACEMENT_FAILURE, SERVICE_ACTION, TAKEN_BACK, TASK_CHANGE } from '../shared/engine/aws/fleet/ecs-events.ts';
import type { FleetPoolsInput } from '../shared/agent-fleet/fleet-pools.ts';
import type { AwsRole } from '../shared/engine/aws/aws-permissions.ts';
import { awsResourceNames } from '../shared/engine/aws/aws-resource-names.ts';
import { Pool } from '../shared/proving-job/circuit-family.ts';
import { inLine } from '../shared/proving-job/fleet-line.ts';
import { acknowledge } from './acknowledge.ts';
import { agentDollarsPerHour } from './agent-price.ts';
import { callsOfRole } from './calls-of-role.ts';
import type { AgentPools } from './config/agent-pool-config.ts';
import type { EnvironmentConfig } from './config/environment-config.ts';
import { linesOf } from './config/lines-of.ts';
import { publishersOf } from './config/publishers.ts';
import { FleetFunction, type FleetFunctionProps } from './fleet-function.ts';
import { FUNCTION_TIMINGS } from './function-timings.ts';
import type { StateStack } from './state-stack.ts';

/** The events that EventBridge sends to `watch-tasks`. */
const TASK_EVENTS = [
  {
    id: 'StoppedTasks',
    name: 'stopped-tasks',
    description: 'Tells watch-tasks of each task of the fleet that has stopped',
    detailType: TASK_CHANGE,
    detail: { lastStatus: ['STOPPED'] },
  },
  {
    id: 'ReclaimedTasks',
    name: 'reclaimed-tasks',
    description: 'Tells watch-tasks of each task of the fleet that AWS takes back, two minutes before it does',
    detailType: TASK_CHANGE,
    detail: { lastStatus: ['RUNNING'], stopCode: TAKEN_BACK },
  },
  {
    id: 'UnplacedTasks',
    name: 'unplaced-tasks',
    description: 'Tells watch-tasks when AWS has no room for a task of the fleet',
    detailType: SERVICE_ACTION,
    detail: { eventName: [PLACEMENT_FAILURE] },
  },
];

export interface FunctionsStackProps extends StackProps {
  readonly config: EnvironmentConfig;
  readonly state: StateStack;
}

/** The functions, each with the events that invoke it. */
export class FunctionsStack extends Stack {
  /** ECS's events that `watch-tasks` failed to handle, each with its error, for an operator to read. */
  readonly lostTaskEvents: Queue;
  readonly submitRoot: FleetFunction;
  readonly sweepLedger: FleetFunction;
  readonly settleDeadLetters: FleetFunction;
  readonly watchL1: FleetFunction;
  readonly scaleFleet: FleetFunction;
  readonly watchTasks: FleetFunction;
  readonly #config: EnvironmentConfig;

  constructor(scope: Construct, id: string, { config, state, ...props }: FunctionsStackProps) {
    super(scope, id, props);
    this.#config = config;
    this.lostTaskEvents = new Queue(this, 'Failures', {
      queueName: `${config.prefix}-failed-invocations`,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(this.lostTaskEvents, { SQS3: 'it is itself where failures end' });
    this.submitRoot = this.#submitRoot(state);
    this.sweepLedger = this.#function('SweepLedger', 'sweep-ledger');
    state.ledger.grantRole('sweep-ledger', this.sweepLedger.role);
    this.#grantQueues('sweep-ledger', this.sweepLedger, state);
    this.settleDeadLetters = this.#settleDeadLetters(state);
    this.watchL1 = this.#watchL1(state);
    this.scaleFleet = this.#scaleFleet(state);
    this.watchTasks = this.#watchTasks(state);
  }

  #function(
    id: string,
    name: keyof typeof FUNCTION_TIMINGS,
    options: Pick<FleetFunctionProps, 'variables' | 'failures'> = {},
  ): FleetFunction {
    return new FleetFunction(this, id, { name, config: this.#config, timing: FUNCTION_TIMINGS[name], ...options });
  }

  #grantQueues(role: AwsRole, { role: grantee }: FleetFunction, state: StateStack): void {
    for (const line of linesOf(this.#config)) state.queuesOf(line).grantRole(role, grantee);
  }

  #submitRoot({ ledger, publisher, l1 }: StateStack): FleetFunction {
    const { reference } = publisher;
    const { gasPriceMaxGwei, submitWhen, epochRewardEth } = this.#config.publisher;
    const variables = {
      [SUBMIT_ROOT.L1_SECRET_ID]: l1.secret.secretArn,
      [SUBMIT_ROOT.L1_CHAIN_ID]: String(this.#config.l1.chainId),
      [SUBMIT_ROOT.GAS_PRICE_MAX_GWEI]: String(gasPriceMaxGwei),
      [SUBMIT_ROOT.SUBMIT_WHEN]: submitWhen,
      ...(epochRewardEth !== undefined && { [SUBMIT_ROOT.EPOCH_REWARD_ETH]: String(epochRewardEth) }),
      ...('kmsKeyId' in reference
        ? { [SUBMIT_ROOT.PUBLISHER_KMS_KEY_ID]: reference.kmsKeyId }
        : { [SUBMIT_ROOT.PUBLISHER_SECRET_ID]: reference.secretId }),
    };
    const submitRoot = this.#function('SubmitRoot', 'submit-root', { variables });
    ledger.grantRole('submit-root', submitRoot.role);
    publisher.grantSign(submitRoot.role);
    l1.grantRead(submitRoot.role);
    return submitRoot;
  }

  #settleDeadLetters(state: StateStack): FleetFunction {
    const settle = this.#function('SettleDeadLetters', 'settle-dead-letters');
    state.ledger.grantRole('settle-dead-letters', settle.role);
    this.#grantQueues('settle-dead-letters', settle, state);
    // Lambda reads the queue under this role, and its attributes as well.
    settle.allow(
      ['sqs:GetQueueAttributes'],
      state.queues.map(({ deadLetterQueue }) => deadLetterQueue.queueArn),
    );
    for (const { line, pool, lane, deadLetterQueue } of state.queues) {
      new EventSourceMapping(this, `DeadLetters-${inLine({ name: line }, `${pool}-${lane}`)}`, {
        target: settle.function,
        eventSourceArn: deadLetterQueue.queueArn,
        batchSize: 10,
        reportBatchItemFailures: true,
        maxConcurrency: 2,
      });
    }
    return settle;
  }

  #watchL1({ ledger, l1 }: StateStack): FleetFunction {
    const { l1: chain } = this.#config;
    const publishers = publishersOf(this.#config).flatMap(({ address }) => address ?? []);
    const variables = {
      [WATCH_L1.L1_SECRET_ID]: l1.secret.secretArn,
      [WATCH_L1.L1_CHAIN_ID]: String(chain.chainId),
      [WATCH_L1.REGISTRY_ADDRESS]: chain.registryAddress,
      ...(publishers.length > 0 && { [WATCH_L1.PUBLISHER_ADDRESSES]: [...new Set(publishers)].join() }),
    };
    const watch = this.#function('WatchL1', 'watch-l1', { variables });
    ledger.grantRole('watch-l1', watch.role);
    l1.grantRead(watch.role);
    return watch;
  }

  #scaleFleet(state: StateStack): FleetFunction {
    const { pools, scaling } = this.#config;
    const { dollarsPerHour, mayCrossBudget, marginSeconds } = scaling;
    const ownPools = linesOf(this.#config).filter((line) => line.pools !== pools);
    const variables = {
      [SCALE_FLEET.FLEET_POOLS]: JSON.stringify(fleetPools(pools)),
      ...(ownPools.length > 0 && {
        [SCALE_FLEET.FLEET_POOLS_OF_LINES]: JSON.stringify(
          Object.fromEntries(ownPools.map((line) => [line.name, fleetPools(line.pools)])),
        ),
      }),
      [SCALE_FLEET.FLEET_MARGIN_SECONDS]: String(marginSeconds),
      [SCALE_FLEET.FLEET_MAY_CROSS_BUDGET]: String(mayCrossBudget),
      ...(dollarsPerHour !== undefined && { [SCALE_FLEET.FLEET_DOLLARS_PER_HOUR]: String(dollarsPerHour) }),
    };
    const scale = this.#function('ScaleFleet', 'scale-fleet', { variables });
    state.ledger.grantRole('scale-fleet', scale.role);
    this.#grantQueues('scale-fleet', scale, state);
    scale.allow(callsOfRole('scale-fleet', 'ecs'), this.#scaledServices());
    return scale;
  }

  /**
   * The services that may exist, all of which the scaler reads: agents of each line, and the nodes where a line may have to end.
   * By name and not by reference, so that the functions are deployed without waiting for the agents.
   */
  #scaledServices(): readonly string[] {
    const names = awsResourceNames(this.#config.prefix);
    const lines = linesOf(this.#config);
    const agents = lines.flatMap(({ name }) =>
      Pool.options.flatMap((pool) => Capacity.options.map((capacity) => names.agentService(pool, capacity, name))),
    );
    const nodes = lines.every(({ kind }) => kind === 'native') ? [] : lines.map(({ name }) => names.nodeService(name));
    return [...agents, ...nodes].map((service) =>
      this.formatArn({ service: 'ecs', resource: 'service', resourceName: `${names.cluster}/${service}` }),
    );
  }

  /** ECS reports each task that stops or is taken back, and each that it cannot place. */
  #watchTasks({ ledger }: StateStack): FleetFunction {
    // The others run again within a minute; an event comes once.
    const watch = this.#function('WatchTasks', 'watch-tasks', { failures: this.lostTaskEvents });
    ledger.grantRole('watch-tasks', watch.role);
    watch.allow(callsOfRole('watch-tasks', 'lambda'), [this.scaleFleet.function.functionArn]);
    const target = new LambdaFunction(watch.function);
    const { prefix } = this.#config;
    for (const { id, name, description, detailType, detail } of TASK_EVENTS) {
      new Rule(this, id, {
        ruleName: `${prefix}-${name}`,
        description,
        eventPattern: { source: ['aws.ecs'], detailType: [detailType], detail: { ...detail, ...this.#ofCluster() } },
        targets: [target],
      });
    }
    return watch;
  }

  #ofCluster(): NonNullable<EventPattern['detail']> {
    const resourceName = awsResourceNames(this.#config.prefix).cluster;
    return { clusterArn: [this.formatArn({ service: 'ecs', resource: 'cluster', resourceName })] };
  }
}

/** The limits and prices of the pools, as the scaler reads them. */
function fleetPools(pools: AgentPools): FleetPoolsInput {
  const fleet: FleetPoolsInput = {};
  for (const pool of Pool.options) {
    const size = pools[pool];
    if (size === undefined) continue;
    const { maxAgents, minAgents, onDemandShare, startUpSeconds } = size;
    fleet[pool] = { maxAgents, minAgents, onDemandShare, startUpSeconds, dollarsPerHour: agentDollarsPerHour(size) };
  }
  return fleet;
}
