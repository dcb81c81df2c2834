import { RemovalPolicy, Size } from 'aws-cdk-lib';
import { AwsLogDriverMode, type LogDriver, LogDrivers, type TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';

import type { EnvironmentConfig } from './config/environment-config.ts';
import { logRetention } from './log-retention.ts';

/** A log that nothing drains must not stop the prover; lines beyond this are lost. */
const LOG_BUFFER = Size.mebibytes(25);

/** The log `/<prefix>/<name>` of a container, which never blocks it. @param id of its construct in the task */
export function containerLog(
  task: TaskDefinition,
  id: string,
  { prefix, logDays }: Pick<EnvironmentConfig, 'prefix' | 'logDays'>,
  name: string,
): LogDriver {
  const logGroup = new LogGroup(task, id, {
    logGroupName: `/${prefix}/${name}`,
    retention: logRetention(logDays),
    removalPolicy: RemovalPolicy.DESTROY,
  });
  return LogDrivers.awsLogs({
    logGroup,
    streamPrefix: name,
    mode: AwsLogDriverMode.NON_BLOCKING,
    maxBufferSize: LOG_BUFFER,
  });
}
