import {
  ClusterNotFoundException,
  DescribeServicesCommand,
  type ECSClient,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';

import type { AwsResourceNames } from '../aws-resource-names.ts';

/** The ECS services of the nodes, one for each version line, found by their names. */
export class EcsNodeServices {
  readonly #ecs: ECSClient;
  readonly #names: Pick<AwsResourceNames, 'cluster' | 'nodeService'>;

  constructor(ecs: ECSClient, names: Pick<AwsResourceNames, 'cluster' | 'nodeService'>) {
    this.#ecs = ecs;
    this.#names = names;
  }

  /** How many nodes the line is to have, 0 or 1; `undefined` where it has no service. */
  async desired(line: string): Promise<number | undefined> {
    const { cluster } = this.#names;
    const service = this.#names.nodeService(line);
    try {
      const { services = [] } = await this.#ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
      return services.find(({ status }) => status === 'ACTIVE')?.desiredCount;
    } catch (error) {
      // The scaler is deployed before the cluster.
      if (error instanceof ClusterNotFoundException) return undefined;
      throw error;
    }
  }

  async setDesired(line: string, desired: number): Promise<void> {
    const { cluster } = this.#names;
    await this.#ecs.send(
      new UpdateServiceCommand({ cluster, service: this.#names.nodeService(line), desiredCount: desired }),
    );
  }
}
