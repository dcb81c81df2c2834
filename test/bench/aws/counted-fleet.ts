import { randomUUID } from 'node:crypto';

import { DEFAULT_LEASE_SECONDS } from '../../../shared/config/groups/engine-settings.ts';
import { createAwsClients } from '../../../shared/engine/aws/aws-clients.ts';
import { openAwsEngine } from '../../../shared/engine/aws/aws-engine.ts';
import { awsResourceNames } from '../../../shared/engine/aws/aws-resource-names.ts';
import { createAwsResources } from '../../../shared/engine/aws/create-aws-resources.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { type AwsGate, type GateCall, startAwsGate } from '../../fixtures/aws-gate.ts';
import { CapacityMeter } from '../../fixtures/aws-gate-capacity.ts';
import { until } from '../../fixtures/test-fleet.ts';

export const LEASE_SECONDS = DEFAULT_LEASE_SECONDS.aws;
/** A third of the lease, as for agents. */
export const HEARTBEAT_SECONDS = LEASE_SECONDS / 3;

export type Role = 'node' | 'agent' | 'functions';

/** A fleet's resources on the emulator, with an engine for each role, whose calls are counted apart. */
export class CountedFleet {
  readonly prefix: string;
  readonly engines: Readonly<Record<Role, Engine>>;
  readonly #gates: Readonly<Record<Role, AwsGate>>;
  readonly #meter: CapacityMeter;

  private constructor(prefix: string, meter: CapacityMeter, gates: Readonly<Record<Role, AwsGate>>, region: string) {
    const engine = (role: Role): Engine =>
      openAwsEngine({ prefix, connection: { region, endpoint: gates[role].endpoint }, leaseSeconds: LEASE_SECONDS });
    this.prefix = prefix;
    this.engines = { node: engine('node'), agent: engine('agent'), functions: engine('functions') };
    this.#gates = gates;
    this.#meter = meter;
  }

  static async open(target: string, region = 'us-east-1'): Promise<CountedFleet> {
    const prefix = `bench-${randomUUID().slice(0, 8)}`;
    const clients = createAwsClients({ region, endpoint: target });
    await createAwsResources(clients, awsResourceNames(prefix), { leaseSeconds: LEASE_SECONDS });
    clients.close();
    const capacity = new CapacityMeter(target, region);
    const gate = (): Promise<AwsGate> => startAwsGate({ target, capacity });
    const gates = { node: await gate(), agent: await gate(), functions: await gate() };
    return new CountedFleet(prefix, capacity, gates, region);
  }

  calls(role: Role): readonly Readonly<GateCall>[] {
    return this.#gates[role].calls();
  }

  /** The calls that a role makes to do this. Long polls that it leaves open are not counted. */
  async callsOf(role: Role, action: () => Promise<unknown>): Promise<readonly Readonly<GateCall>[]> {
    const before = this.calls(role).length;
    await action();
    await this.quiet(role);
    return this.calls(role).slice(before);
  }

  /** Waits until no call of the role is under way, but reads of the stream, which never end. */
  async quiet(role: Role): Promise<void> {
    await until(
      () => this.calls(role).every((call) => call.isOver || call.operation === 'GetRecords'),
      (isQuiet) => isQuiet,
    );
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.engines).map((engine) => engine.close()));
    await Promise.all(Object.values(this.#gates).map((gate) => gate.close()));
    this.#meter.close();
  }
}
