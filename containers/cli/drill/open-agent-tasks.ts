import type { EcsAgentTasks } from '../../../shared/engine/aws/fleet/ecs-agent-tasks.ts';
import type { EngineOptions } from '../../../shared/engine/open-engine.ts';

interface OpenAgentTasks {
  readonly tasks: EcsAgentTasks;
  close(): void;
}

/** Opens the tasks of a fleet on AWS; `undefined` on the embedded engine. Loads the client of ECS only then. */
export async function openAgentTasks(options: EngineOptions): Promise<OpenAgentTasks | undefined> {
  if (options.engine !== 'aws') return undefined;
  const [{ ECSClient }, { awsClientOptions }, { awsResourceNames }, { EcsAgentTasks }] = await Promise.all([
    import('@aws-sdk/client-ecs'),
    import('../../../shared/engine/aws/aws-connection.ts'),
    import('../../../shared/engine/aws/aws-resource-names.ts'),
    import('../../../shared/engine/aws/fleet/ecs-agent-tasks.ts'),
  ]);
  const ecs = new ECSClient(awsClientOptions(options.connection));
  return { tasks: new EcsAgentTasks(ecs, awsResourceNames(options.prefix)), close: () => ecs.destroy() };
}
