import { readFile } from 'node:fs/promises';

import type { FleetProcess } from '../../../containers/processes/fleet-process.ts';
import type { FleetOptions } from '../../../containers/local-fleet/fleet-member.ts';
import { type FunctionName, startAgent, startFunction } from '../../../containers/local-fleet/fleet.ts';
import {
  brokerUrl,
  findFreePort,
  startBroker,
  startOfficialAgent,
  startOfficialNode,
} from '../../../containers/local-fleet/official-fleet.ts';

/** Aztec's own node and agents around our broker, one process each, that a test kills and starts again. */
export class OfficialFleet {
  readonly members: FleetProcess[] = [];
  readonly #options: FleetOptions;
  readonly #port: number;

  private constructor(options: FleetOptions, port: number) {
    this.#options = options;
    this.#port = port;
  }

  static async open(options: FleetOptions): Promise<OfficialFleet> {
    return new OfficialFleet(options, await findFreePort());
  }

  startBroker(): FleetProcess {
    return this.#started(startBroker(this.#options, this.#port));
  }

  startNode(): FleetProcess {
    return this.#started(startOfficialNode(this.#options, brokerUrl(this.#port)));
  }

  startAgent(name: string): FleetProcess {
    return this.#started(startOfficialAgent(this.#options, name, brokerUrl(this.#port)));
  }

  /** One of ours, on the engine. */
  startOwnAgent(name: string): FleetProcess {
    return this.#started(startAgent(this.#options, name));
  }

  startFunction(name: FunctionName): FleetProcess {
    const { aws } = this.#options;
    if (aws === undefined) throw new Error('this fleet has no functions');
    return this.#started(startFunction(this.#options, aws, name));
  }

  /** How often agents of either kind have finished each job, by the number of its epoch, its circuit and its inputs. */
  async countProvings(): Promise<ReadonlyMap<string, number>> {
    const provings = new Map<string, number>();
    const files = new Set(this.members.map(({ logFile }) => logFile));
    for (const file of files) {
      for (const [, official, own = ''] of (await readFile(file, 'utf8')).matchAll(PROVEN)) {
        const id = official ?? own;
        provings.set(id, (provings.get(id) ?? 0) + 1);
      }
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
/** Aztec's agents write one of these for each job, ours the other. */
const PROVEN = new RegExp(
  `Job id=${WIRE_ID} type=\\w+ completed|"jobId":"[^"]*?${WIRE_ID}"[^\\n]*"msg":"job proven"`,
  'g',
);
