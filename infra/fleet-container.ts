import { Duration, Stack } from 'aws-cdk-lib';
import { type ContainerDefinition, LinuxParameters, type TaskDefinition } from 'aws-cdk-lib/aws-ecs';

import { ENGINE_SETTINGS } from '../shared/config/groups/engine-settings.ts';
import { PROCESS_SETTINGS } from '../shared/config/groups/process-settings.ts';
import { acknowledge } from './acknowledge.ts';
import type { EnvironmentConfig } from './config/environment-config.ts';
import { containerLog } from './container-log.ts';
import { metricsNamespace } from './metrics-namespace.ts';
import { RESTART_IN_PLACE, shareOf, type TaskContainer, type TaskShare } from './shared-task.ts';

/** The longest that ECS waits between asking a container to stop and killing it. */
export const STOP_TIMEOUT = Duration.seconds(120);
/** A process stops somewhat earlier, so that it is never killed while it gives its job back. */
const DRAIN_SECONDS = STOP_TIMEOUT.toSeconds() - 10;
/**
 * The user of both images. ECS opens a task's volume to the user that the container's definition names, and to root if it names
 * none: the user in the image does not count.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ebs-non-root-behavior.html
 */
const USER = '10001:10001';
/**
 * Fargate stores the image in it, both packed and unpacked, beside `/tmp`. Its 20 GiB are too close to what an agent's image takes
 * with its reference string.
 */
export const FARGATE_STORAGE_GIB = 40;
export interface FleetContainerOptions extends TaskContainer {
  readonly config: EnvironmentConfig;
  /** Whether it is started again in place, beside its volume. @default only where Aztec's container shares the task */
  readonly restartsInPlace?: boolean;
  /** Set where Aztec's container shares the task. @default it has the whole task */
  readonly beside?: FleetContainerShare;
}

/** The part of a task that Coppice's container has beside Aztec's. */
export interface FleetContainerShare extends TaskShare {
  /** Of its constructs in the task: `Broker`, `Gateway`. */
  readonly id: string;
  readonly stopTimeout: Duration;
  readonly drainSeconds: number;
}

/**
 * Adds Coppice's container to a task. It may write only `/tmp`, whatever user it runs as; it has time to give back the jobs it
 * holds; and its log, which carries its metrics, never blocks it.
 */
export function addFleetContainer(task: TaskDefinition, options: FleetContainerOptions): ContainerDefinition {
  const { config, name, image, command, variables, secrets, portMappings, healthCheck, gpuCount, beside } = options;
  const { restartsInPlace = beside !== undefined } = options;
  const { settings: process } = PROCESS_SETTINGS;
  const { settings: engine } = ENGINE_SETTINGS;
  const container = task.addContainer(beside?.id ?? 'Container', {
    containerName: name,
    image,
    command: [...command],
    user: USER,
    environment: {
      AWS_REGION: Stack.of(task).region,
      [engine.engine.variable]: 'aws',
      [engine.awsPrefix.variable]: config.prefix,
      [engine.proofStore.variable]: `s3://${config.proofsBucket}`,
      [process.logJson.variable]: 'true',
      [process.metrics.variable]: 'emf',
      [process.metricsNamespace.variable]: metricsNamespace(config.prefix),
      [process.drainSeconds.variable]: String(beside?.drainSeconds ?? DRAIN_SECONDS),
      ...(config.drills && { [process.drills.variable]: 'allowed' }),
      ...variables,
    },
    logging: containerLog(task, `${beside?.id ?? ''}Log`, config, name),
    linuxParameters: new LinuxParameters(task, `${beside?.id ?? ''}Linux`, { initProcessEnabled: true }),
    readonlyRootFilesystem: true,
    stopTimeout: beside?.stopTimeout ?? STOP_TIMEOUT,
    ...(beside !== undefined && shareOf(beside)),
    ...(restartsInPlace && RESTART_IN_PLACE),
    ...(secrets !== undefined && { secrets }),
    ...(portMappings !== undefined && { portMappings }),
    ...(healthCheck !== undefined && { healthCheck }),
    ...(gpuCount !== undefined && { gpuCount }),
  });
  task.addVolume({ name: 'tmp' });
  container.addMountPoints({ containerPath: '/tmp', sourceVolume: 'tmp', readOnly: false });
  acknowledge(task, {
    ECS2: 'the variables are settings that anybody may read; what is secret comes from Secrets Manager',
  });
  acknowledge(task.obtainExecutionRole(), { 'IAM5[Resource::*]': 'ecr:GetAuthorizationToken knows no resource' });
  return container;
}
