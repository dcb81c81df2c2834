import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

import { ENGINE_SETTINGS } from '../shared/config/groups/engine-settings.ts';
import { PROCESS_SETTINGS } from '../shared/config/groups/process-settings.ts';
import { awsResourceNames } from '../shared/engine/aws/aws-resource-names.ts';
import type { EnvironmentConfig } from './config/environment-config.ts';
import { lineVariables, linesOf } from './config/lines-of.ts';
import { functionCode } from './function-code.ts';
import type { FunctionTiming } from './function-timings.ts';
import { logRetention } from './log-retention.ts';
import { metricsNamespace } from './metrics-namespace.ts';

/** An invocation that waits longer is overtaken by the next one of its schedule. */
const STALE_AFTER = Duration.minutes(1);

export interface FleetFunctionProps {
  /** Its folder in `functions/`. */
  readonly name: string;
  readonly config: EnvironmentConfig;
  readonly timing: FunctionTiming;
  /** Variables besides those that every function has. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The queue where Lambda puts asynchronous invocations that failed. @default none: the next run does their work */
  readonly failures?: IQueue;
}

/** One function of `functions/`: its bundled code, its log, its schedule, and a role that may only write that log. */
export class FleetFunction extends Construct {
  /** Its folder in `functions/`. */
  readonly name: string;
  readonly timing: FunctionTiming;
  readonly function: Function;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: FleetFunctionProps) {
    super(scope, id);
    const { name, config, timing, variables, failures } = props;
    this.name = name;
    this.timing = timing;
    const functionName = awsResourceNames(config.prefix).functionName(name);
    this.logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: logRetention(config.logDays),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `What ${name} may do`,
    });
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [this.logGroup.logGroupArn]);
    if (failures !== undefined) this.allow(['sqs:SendMessage'], [failures.queueArn]);
    this.function = new Function(this, 'Function', {
      functionName,
      description: `functions/${name}`,
      code: functionCode(this, name),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: timing.timeout,
      memorySize: timing.memoryMib,
      ...(timing.maxAtOnce !== undefined && { reservedConcurrentExecutions: timing.maxAtOnce }),
      role: this.role,
      logGroup: this.logGroup,
      environment: {
        NODE_OPTIONS: '--enable-source-maps',
        [ENGINE_SETTINGS.settings.awsPrefix.variable]: config.prefix,
        [PROCESS_SETTINGS.settings.metricsNamespace.variable]: metricsNamespace(config.prefix),
        ...lineVariables(linesOf(config)),
        ...variables,
      },
      // The next scheduled run does what this one could not.
      retryAttempts: 0,
      maxEventAge: STALE_AFTER,
      ...(failures !== undefined && { onFailure: { bind: () => ({ destination: failures.queueArn }) } }),
    });

    if (timing.every !== undefined) {
      new Rule(this, 'Schedule', {
        ruleName: functionName,
        description: `Runs ${name}`,
        schedule: Schedule.rate(timing.every),
        targets: [new LambdaFunction(this.function, { retryAttempts: 0, maxEventAge: STALE_AFTER })],
      });
    }
  }

  /** Allows the function these calls on these resources. */
  allow(actions: readonly string[], resourceArns: readonly string[]): void {
    this.role.addToPolicy(
      new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resourceArns] }),
    );
  }

  /** Invocations that failed, time-outs included. */
  metricErrors(options?: MetricOptions): Metric {
    return this.function.metricErrors(options);
  }

  metricThrottles(options?: MetricOptions): Metric {
    return this.function.metricThrottles(options);
  }

  metricDuration(options?: MetricOptions): Metric {
    return this.function.metricDuration(options);
  }
}
