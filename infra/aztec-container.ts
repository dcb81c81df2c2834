import type { Duration } from 'aws-cdk-lib';
import { type ContainerDefinition, LinuxParameters, type TaskDefinition } from 'aws-cdk-lib/aws-ecs';

import type { EnvironmentConfig } from './config/environment-config.ts';
import { containerLog } from './container-log.ts';
import { RESTART_IN_PLACE, shareOf, type TaskContainer, type TaskShare } from './shared-task.ts';

/** As Aztec's own set-up of a prover names it, for every version. */
const ENTRY_POINT = ['node', '--no-warnings', '/usr/src/yarn-project/aztec/dest/bin/index.js'];

export interface AztecContainerOptions extends TaskContainer {
  readonly config: Pick<EnvironmentConfig, 'prefix' | 'logDays'>;
  readonly share: TaskShare;
  readonly stopTimeout: Duration;
}

/**
 * Adds the container of one of Aztec's programs, from Aztec's image, which stays as it is: its user and its root file system
 * too, since what it writes there differs by version.
 */
export function addAztecContainer(task: TaskDefinition, options: AztecContainerOptions): ContainerDefinition {
  const { config, name, image, command, variables, secrets, portMappings, healthCheck, gpuCount } = options;
  return task.addContainer('Aztec', {
    containerName: name,
    image,
    entryPoint: [...ENTRY_POINT],
    command: [...command],
    environment: { LOG_JSON: 'true', ...variables },
    logging: containerLog(task, 'AztecLog', config, name),
    linuxParameters: new LinuxParameters(task, 'AztecLinux', { initProcessEnabled: true }),
    stopTimeout: options.stopTimeout,
    ...shareOf(options.share),
    ...RESTART_IN_PLACE,
    ...(secrets !== undefined && { secrets }),
    ...(portMappings !== undefined && { portMappings }),
    ...(healthCheck !== undefined && { healthCheck }),
    ...(gpuCount !== undefined && { gpuCount }),
  });
}
