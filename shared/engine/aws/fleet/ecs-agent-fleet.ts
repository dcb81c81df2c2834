import {
  ClusterNotFoundException,
  DescribeServicesCommand,
  type DescribeServicesCommandOutput,
  type ECSClient,
  ServiceNotActiveException,
  ServiceNotFoundException,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';

import type { AwsResourceNames } from '../aws-resource-names.ts';
import { Pool } from '../../../proving-job/circuit-family.ts';
import { type AgentFleet, type AgentGroup, Capacity } from '../../../agent-fleet/agent-fleet.ts';
import { AgentFleetUnreadableError, NoSuchAgentGroupError } from '../../../agent-fleet/errors.ts';

/** As many services as ECS describes in one call. */
const DESCRIBED_AT_ONCE = 10;

const KINDS = Pool.options.flatMap((pool) => Capacity.options.map((capacity) => ({ pool, capacity })));

/** An {@link AgentFleet} of ECS services in one cluster: those of one line, for each pool and capacity, found by their names. */
export class EcsAgentFleet implements AgentFleet {
  readonly #ecs: ECSClient;
  readonly #names: Pick<AwsResourceNames, 'cluster' | 'agentService'>;

  /** @param line the name of the version line. @default the native one */
  constructor(ecs: ECSClient, names: Pick<AwsResourceNames, 'cluster' | 'agentService'>, line?: string) {
    this.#ecs = ecs;
    this.#names = {
      cluster: names.cluster,
      agentService: (pool, capacity) => names.agentService(pool, capacity, line),
    };
  }

  async describe(): Promise<readonly AgentGroup[]> {
    const { cluster } = this.#names;
    const services = KINDS.map(({ pool, capacity }) => this.#names.agentService(pool, capacity));
    if (services.length > DESCRIBED_AT_ONCE) throw new Error(`ECS describes ${DESCRIBED_AT_ONCE} services in a call`);
    const described = await this.#describe(services);
    // A service that could not be read for another reason is not missing: its agents would be forgotten.
    const failure = (described.failures ?? []).find(({ reason }) => reason !== 'MISSING');
    if (failure !== undefined) {
      throw new AgentFleetUnreadableError(cluster, `${failure.arn ?? 'a service'}: ${failure.reason ?? 'no reason'}`);
    }
    const active = new Map(
      (described.services ?? []).filter(isActive).map((service) => [service.serviceName, service]),
    );
    return KINDS.flatMap(({ pool, capacity }) => {
      const service = active.get(this.#names.agentService(pool, capacity));
      if (service === undefined) return [];
      return [{ pool, capacity, desired: service.desiredCount ?? 0, running: service.runningCount ?? 0 }];
    });
  }

  async #describe(services: string[]): Promise<Pick<DescribeServicesCommandOutput, 'services' | 'failures'>> {
    try {
      return await this.#ecs.send(new DescribeServicesCommand({ cluster: this.#names.cluster, services }));
    } catch (error) {
      // The scaler is deployed before the cluster.
      if (error instanceof ClusterNotFoundException) return {};
      throw error;
    }
  }

  async setDesired(pool: Pool, capacity: Capacity, desired: number): Promise<void> {
    const { cluster } = this.#names;
    const service = this.#names.agentService(pool, capacity);
    try {
      await this.#ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: desired }));
    } catch (error) {
      if (!(error instanceof ServiceNotFoundException || error instanceof ServiceNotActiveException)) throw error;
      throw new NoSuchAgentGroupError(pool, capacity, `service ${service} in cluster ${cluster}`, { cause: error });
    }
  }
}

/** ECS describes a deleted service for a while, as `INACTIVE`. */
function isActive({ status }: { readonly status?: string | undefined }): boolean {
  return status === 'ACTIVE';
}
