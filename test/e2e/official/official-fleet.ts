import { readFile } from 'node:fs/promises';

import { findFreePort } from '../../../containers/local-fleet/find-free-port.ts';
import type { FleetProcess } from '../../../containers/processes/fleet-process.ts';
import type { FleetOptions } from '../../../containers/local-fleet/fleet-member.ts';
import { type FunctionName, startAgent, startFunction, startNode } from '../../../containers/local-fleet/fleet.ts';
import {
  brokerUrl,
  startBroker,
  startGateway,
  startOfficialAgent,
  startOfficialNode,
} from '../../../containers/local-fleet/official-fleet.ts';
import { countProvings } from '../../fixtures/count-provings.ts';

interface Ports {
  readonly broker: number;
  readonly node: number;
  readonly gateway: number;
  /** Of the gateway's agent. */
  readonly agent: number;
}

/** Aztec's own node and agents around our broker, one process each, that a test kills and starts again. */
export class OfficialFleet {
  readonly members: FleetProcess[] = [];
  readonly #officialAgents: FleetProcess[] = [];
  readonly #ownAgents: FleetProcess[] = [];
  readonly #options: FleetOptions;
  readonly #ports: Ports;

  private constructor(options: FleetOptions, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
  }

  static async open(options: FleetOptions): Promise<OfficialFleet> {
    const [broker, node] = [await findFreePort(), await findFreePort()];
    const [gateway, agent] = [await findFreePort(), await findFreePort()];
    return new OfficialFleet(options, { broker, node, gateway, agent });
  }

  /** It watches Aztec's own node. */
  startBroker(): FleetProcess {
    return this.#started(startBroker(this.#options, this.#ports.broker, this.#ports.node));
  }

  /** Aztec's own node. @param options where they differ from the fleet's */
  startNode(options: FleetOptions = this.#options): FleetProcess {
    return this.#started(startOfficialNode(options, brokerUrl(this.#ports.broker), this.#ports.node));
  }

  /** Ours, on the engine. */
  startOwnNode(options: FleetOptions): FleetProcess {
    return this.#started(startNode(options));
  }

  startAgent(name: string): FleetProcess {
    const agent = startOfficialAgent(this.#options, name, brokerUrl(this.#ports.broker));
    this.#officialAgents.push(agent);
    return this.#started(agent);
  }

  /** An agent of Aztec's whose jobs come through the gateway, which may be started before it or after. */
  startAgentOfGateway(name: string): FleetProcess {
    const { gateway, agent } = this.#ports;
    const started = startOfficialAgent(this.#options, name, brokerUrl(gateway), agent);
    this.#officialAgents.push(started);
    return this.#started(started);
  }

  /** @param name of its agent in the ledger */
  startGateway(name: string): FleetProcess {
    const { gateway, agent } = this.#ports;
    return this.#started(startGateway(this.#options, name, gateway, agent));
  }

  /** One of ours, on the engine. */
  startOwnAgent(name: string): FleetProcess {
    const agent = startAgent(this.#options, name);
    this.#ownAgents.push(agent);
    return this.#started(agent);
  }

  startFunction(name: FunctionName): FleetProcess {
    const { aws } = this.#options;
    if (aws === undefined) throw new Error('this fleet has no functions');
    return this.#started(startFunction(this.#options, aws, name));
  }

  /**
   * How often agents of either kind have proven each job, by the number of its epoch, its circuit and its inputs. One of
   * Aztec's writes that a job is completed each time that it reports the proof, so what it started counts.
   */
  async countProvings(): Promise<ReadonlyMap<string, number>> {
    const provings = new Map<string, number>();
    const add = (id: string, count: number): void => void provings.set(id, (provings.get(id) ?? 0) + count);
    for (const [jobId, count] of await countProvings(this.#ownAgents)) add(jobId.split(':').slice(-3).join(':'), count);
    for (const { logFile } of this.#officialAgents) {
      const text = await readFile(logFile, 'utf8');
      const started = countIds(text, STARTED);
      for (const [id, completed] of countIds(text, COMPLETED)) add(id, Math.min(started.get(id) ?? 0, completed));
    }
    return provings;
  }

  async stop(): Promise<void> {
    await Promise.all(this.members.map((member) => member.stop(10)));
  }

  #started(member: FleetProcess): FleetProcess {
    this.members.push(member);
    return member;
  }
}

const WIRE_ID = String.raw`(\d+:[A-Z0-9_]+:[0-9a-f]{64})`;
const STARTED = new RegExp(String.raw`(?:Starting|to start new) job id=${WIRE_ID}`, 'g');
const COMPLETED = new RegExp(String.raw`Job id=${WIRE_ID} type=\w+ completed`, 'g');
function countIds(text: string, line: RegExp): ReadonlyMap<string, number> {
  const ids = [...text.matchAll(line)].map(([, id = '']) => id);
  return new Map([...Map.groupBy(ids, (id) => id)].map(([id, all]) => [id, all.length]));
}
