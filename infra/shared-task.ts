import { Duration } from 'aws-cdk-lib';
import type { ContainerDefinitionOptions, ContainerImage, HealthCheck, PortMapping, Secret } from 'aws-cdk-lib/aws-ecs';

/** What any container of a task runs, and with what. */
export interface TaskContainer {
  /** The name of the container and of its log. */
  readonly name: string;
  readonly image: ContainerImage;
  readonly command: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets?: Record<string, Secret>;
  readonly portMappings?: PortMapping[];
  readonly healthCheck?: HealthCheck;
  readonly gpuCount?: number;
}

/** The part of a task's processors and memory that one of its containers has. */
export interface TaskShare {
  /** A weight, in 1/1024 vCPU: a container may take what the others leave idle. */
  readonly cpuUnits: number;
  /** A limit: whatever takes more is killed, and the other containers of the task are not. */
  readonly memoryMib: number;
}

/**
 * A container that has run for a minute and ends is started again in place, beside the others, which go on: a task keeps its
 * volume and its job. One that ends sooner, for a wrong setting or a damaged volume, ends the task, and the service starts
 * another.
 */
export const RESTART_IN_PLACE = {
  essential: true,
  enableRestartPolicy: true,
  // The shortest that ECS allows.
  restartAttemptPeriod: Duration.seconds(60),
} as const satisfies Partial<ContainerDefinitionOptions>;

export function shareOf({
  cpuUnits,
  memoryMib,
}: TaskShare): Pick<ContainerDefinitionOptions, 'cpu' | 'memoryLimitMiB'> {
  return { cpu: cpuUnits, memoryLimitMiB: memoryMib };
}

/**
 * What Coppice's container leaves of a task to Aztec's.
 * @throws {Error} when that is less than its own part
 */
export function restOf(
  task: { readonly vcpu: number; readonly memoryGib: number },
  { cpuUnits, memoryMib }: TaskShare,
): TaskShare {
  const rest = { cpuUnits: task.vcpu * 1024 - cpuUnits, memoryMib: task.memoryGib * 1024 - memoryMib };
  if (rest.cpuUnits >= cpuUnits && rest.memoryMib >= memoryMib) return rest;
  throw new Error(
    `a task of ${task.vcpu} vCPU and ${task.memoryGib} GiB is too small for Aztec's program beside Coppice's container, which takes ` +
      `${cpuUnits / 1024} vCPU and ${memoryMib / 1024} GiB of it: give it twice that or more in coppice.config.ts`,
  );
}
