import fs from 'node:fs';
import path from 'node:path';

import { Secret } from '../../shared/config/secret.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { openEngine } from '../../shared/engine/open-engine.ts';
import { createL1Client } from '../../shared/l1/l1-client.ts';
import { type DevnetAws, startAwsForFleet } from '../local-fleet/aws-for-fleet.ts';
import { ACCOUNT_INDEX, anvilAccount, anvilPrivateKey } from '../local-l1/devnet-accounts.ts';
import { type Devnet, startDevnet } from './devnet.ts';
import type { Output } from '../terminal/output.ts';
import { openOutput } from '../terminal/open-output.ts';
import { StepLines } from '../terminal/step-lines.ts';
import { LocalProgramError } from '../processes/errors.ts';
import { FleetProcessEndedError } from '../processes/fleet-process.ts';
import { type LocalFleet, fleetEngineOptions, type FleetOptions, startFleet } from '../local-fleet/fleet.ts';
import { catchInterrupts, InterruptedError } from '../processes/interrupts.ts';
import { descendantsOf, killAll, listProcesses, stillAlive } from '../processes/process-table.ts';
import { readLastLines } from '../processes/read-last-lines.ts';
import type { Line } from '../terminal/line.ts';
import { type ProvenEpoch, renderReport } from './report/render-report.ts';
import { renderWhereToLook, renderWhereToLookOnAws } from './report/render-where-to-look.ts';
import { summariseEpoch } from './report/summarise-epoch.ts';
import type { TrafficEvent } from './traffic/traffic-messages.ts';
import { type ConfirmedEpoch, DevnetWatch } from './watch-devnet.ts';

export interface RunDevnetOptions {
  /** What the fleet's queue, ledger and proofs are kept in. */
  readonly engine: 'embedded' | 'aws';
  /** Folder of all that the run keeps; new or empty. @default `data/devnet-<UTC time>` in the working directory */
  readonly dataDirectory?: string | undefined;
  /** How many epochs must be proven on L1, counted from the first that holds the whole mix of traffic. */
  readonly epochs: number;
  /** How many agents to start, each a process of its own. */
  readonly agents: number;
  /** Where the L1 and the sequencer's node listen, on the loopback interface; 0: any free port. @default 0 */
  readonly l1Port?: number;
  readonly nodePort?: number;
  /** Leave everything running after the report, until a signal. */
  readonly keep: boolean;
}

const EXIT_CODE_OF_INTERRUPT = 130;
/** What is quoted of the log of a process that has ended. */
const LAST_LINES = 12;
/** Between two looks at the fleet. An emulator has better to do than to answer four times a second. */
const LOOK_MS = { embedded: 250, aws: 1000 } as const;

/**
 * Starts an L1, an Aztec network with traffic, a prover node and agents; shows the merge tree while they prove; ends when
 * the wanted epochs are proven on L1, with nothing left running.
 *
 * @returns the exit code: 0 when the epochs were proven, 1 when something failed, 130 when the user stopped it before.
 */
export async function runDevnet(options: RunDevnetOptions): Promise<number> {
  const interrupts = catchInterrupts(killAllAndLeave);
  const run = new DevnetRun(options, openOutput(), interrupts.signal);
  try {
    return await run.toEnd();
  } finally {
    interrupts.release();
  }
}

class DevnetRun {
  readonly #options: RunDevnetOptions;
  readonly #dataDirectory: string;
  readonly #output: Output;
  readonly #steps: StepLines;
  readonly #signal: AbortSignal;
  #aws: DevnetAws | undefined;
  #devnet: Devnet | undefined;
  #fleet: LocalFleet | undefined;
  #engine: Engine | undefined;
  #isDone = false;

  constructor(options: RunDevnetOptions, output: Output, signal: AbortSignal) {
    this.#options = options;
    this.#dataDirectory = options.dataDirectory ?? path.join('data', `devnet-${timeForFileName(new Date())}`);
    this.#output = output;
    this.#steps = new StepLines(output, Date.now);
    this.#signal = signal;
  }

  async toEnd(): Promise<number> {
    try {
      makeEmptyDirectory(this.#dataDirectory);
      await this.#run();
    } catch (error) {
      return this.#explain(error);
    } finally {
      await this.#stopAll();
    }
    return 0;
  }

  async #run(): Promise<void> {
    const { engine, epochs, agents, keep, l1Port = 0, nodePort = 0 } = this.#options;
    this.#output.say(`a devnet of its own, with all that it keeps in ${this.#dataDirectory}`);
    const trafficSoFar: TrafficEvent[] = [];
    let onTraffic = (event: TrafficEvent): void => void trafficSoFar.push(event);
    // Only while it starts: later the fleet has to stop first, as it takes its time where there is no L1 any more.
    const starting = new AbortController();
    const stopStarting = (): void => starting.abort(this.#signal.reason);
    if (this.#signal.aborted) stopStarting();
    this.#signal.addEventListener('abort', stopStarting, { once: true });
    const publisherKey = new Secret(anvilPrivateKey(ACCOUNT_INDEX.proverPublisher));
    if (engine === 'aws') await this.#startAws(publisherKey, starting.signal);
    const devnet = await startDevnet({
      dataDirectory: this.#dataDirectory,
      ...(keep ? {} : { epochs }),
      ports: { l1: l1Port, node: nodePort },
      signal: starting.signal,
      onProgress: (step) => this.#steps.begin(step),
      onTraffic: (event) => onTraffic(event),
    });
    this.#signal.removeEventListener('abort', stopStarting);
    this.#devnet = devnet;
    this.#steps.end();

    const fleetOptions: FleetOptions = {
      dataDirectory: path.resolve(this.#dataDirectory),
      environmentFile: devnet.proverNodeEnvironmentFile,
      publisherKey,
      ...(this.#aws && { aws: this.#aws }),
    };
    this.#engine = await openEngine(fleetEngineOptions(fleetOptions));
    const functions = engine === 'aws' ? ', and the functions' : '';
    this.#output.say(`starting the prover node and ${agents} agents, each a process of its own${functions}`);
    this.#fleet = startFleet(fleetOptions, agents);

    const watch = new DevnetWatch({
      engine: this.#engine,
      l1: createL1Client({ rpcUrls: [devnet.l1RpcUrl], chainId: devnet.l1ChainId }),
      rollupAddress: devnet.rollupAddress,
      publisher: anvilAccount(devnet.proverPublisherAccountIndex).address,
      output: this.#output,
      lookMs: LOOK_MS[engine],
      nowMs: Date.now,
    });
    onTraffic = (event) => watch.onTraffic(event);
    trafficSoFar.forEach(onTraffic);
    const broken = new AbortController();
    void Promise.race([devnet.broken, this.#fleet.broken]).then((error) => broken.abort(error));
    const end = AbortSignal.any([this.#signal, broken.signal]);
    const confirmed = await watch.untilProven(epochs, end);
    await this.#report(confirmed, this.#engine);
    this.#isDone = true;
    if (!keep) return;
    this.#output.print(['', 'All of it keeps running, as --keep says. Ctrl-C stops it.', '']);
    await watch.untilAborted(end);
  }

  async #startAws(publisherKey: Secret<string>, signal: AbortSignal): Promise<void> {
    this.#steps.begin('starting an emulator of AWS, with the queues, the bucket and the table of a fleet');
    this.#aws = await startAwsForFleet({
      dataDirectory: path.resolve(this.#dataDirectory),
      publisherKey,
      publisherAddress: anvilAccount(ACCOUNT_INDEX.proverPublisher).address,
      signal,
    });
    this.#steps.end();
    const { isEmulator, prefix } = this.#aws;
    if (!isEmulator) {
      this.#output.say(`the fleet's resources on AWS are named ${prefix}-… and ${prefix}/…: they stay when this ends`);
    }
  }

  async #report(confirmed: readonly ConfirmedEpoch[], engine: Engine): Promise<void> {
    const proven = await Promise.all(
      confirmed.map(async ({ view, proof, isWanted }) => ({
        record: view,
        proof,
        summary: summariseEpoch(view, await engine.jobs.jobsOfEpoch(view.epoch)),
        isWanted,
      })),
    );
    this.#output.freeze();
    this.#output.print([...renderReport(proven), ...this.#whereToLook(proven)]);
  }

  #whereToLook(proven: readonly ProvenEpoch[]): readonly Line[] {
    if (this.#aws === undefined) return renderWhereToLook(proven, this.#dataDirectory);
    return renderWhereToLookOnAws(proven, this.#aws, this.#options.keep, this.#dataDirectory);
  }

  #explain(error: unknown): number {
    this.#steps.fail();
    this.#output.freeze();
    if (error instanceof InterruptedError || this.#signal.aborted) return this.#isDone ? 0 : EXIT_CODE_OF_INTERRUPT;
    this.#output.print([`coppice devnet: ${error instanceof Error ? error.message : String(error)}`]);
    if (error instanceof FleetProcessEndedError || error instanceof LocalProgramError) {
      const lines = readLastLines(error.logFile, LAST_LINES);
      this.#output.print(['Its last lines:', ...lines.map((line) => `  ${line}`)]);
    }
    return 1;
  }

  /** Stops all that was started, and makes sure of it. */
  async #stopAll(): Promise<void> {
    const started = descendantsOf(process.pid, listProcesses());
    if (started.length > 0) {
      this.#steps.begin(
        this.#signal.aborted ? 'stopping (Ctrl-C again: at once)' : `stopping ${started.length} processes`,
      );
    }
    await this.#fleet?.stop();
    await this.#devnet?.stop();
    await this.#engine?.close();
    await this.#aws?.stop();
    const left = stillAlive(started);
    killAll(left);
    this.#steps.end();
    if (left.length > 0) this.#output.say(`${left.length} processes did not stop and were killed`);
    else this.#output.say('nothing of it is left running');
  }
}

/** @throws when the folder holds something: a network that has stopped cannot go on. */
function makeEmptyDirectory(directory: string): void {
  fs.mkdirSync(directory, { recursive: true });
  if (fs.readdirSync(directory).length > 0) {
    throw new Error(`the folder ${directory} is not empty: name a new one with --data-directory, or leave that out`);
  }
}

/** `2026-02-03T10-11-12`. */
function timeForFileName(date: Date): string {
  return date.toISOString().slice(0, 19).replaceAll(':', '-');
}

function killAllAndLeave(): void {
  killAll(descendantsOf(process.pid, listProcesses()));
  process.exit(EXIT_CODE_OF_INTERRUPT);
}
