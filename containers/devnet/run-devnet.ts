import fs from 'node:fs';
import path from 'node:path';

import { Secret } from '../../shared/config/secret.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { openEngine } from '../../shared/engine/open-engine.ts';
import { createL1Client } from '../../shared/l1/l1-client.ts';
import { SNAPSHOT_MS } from '../epoch-view/snapshot-reader.ts';
import { type DevnetAws, startAwsForFleet } from '../local-fleet/aws-for-fleet.ts';
import { fleetEngineOptions, type FleetMakers, needsBroker, startFleet } from '../local-fleet/fleet.ts';
import type { FleetOptions } from '../local-fleet/fleet-member.ts';
import { type LocalRun, newDataDirectory, runLocally } from '../local-fleet/local-run.ts';
import { ACCOUNT_INDEX, anvilAccount, anvilPrivateKey } from '../local-l1/devnet-accounts.ts';
import type { Output } from '../terminal/output.ts';
import { type Devnet, startDevnet } from './devnet.ts';
import { renderReport } from './report/render-report.ts';
import { renderNextSteps, renderNextStepsOnAws } from './report/render-next-steps.ts';
import { summariseEpoch } from './report/summarise-epoch.ts';
import type { TrafficEvent } from './traffic/traffic-messages.ts';
import { type ConfirmedEpoch, DevnetWatch } from './watch-devnet.ts';

export interface RunDevnetOptions extends FleetMakers {
  /** Where the fleet's queue, ledger and proofs are kept. */
  readonly engine: 'embedded' | 'aws';
  /** Folder for everything that the run writes; new or empty. @default `data/devnet-<UTC time>` in the working directory */
  readonly dataDirectory?: string | undefined;
  /** How many epochs must be proven on L1, counted from the first that holds the whole mix of traffic. */
  readonly epochs: number;
  /** Where the L1 and the sequencer's node listen, on the loopback interface; 0: any free port. @default 0 */
  readonly l1Port?: number;
  readonly nodePort?: number;
  /** Leave everything running after the report, until a signal. */
  readonly keep: boolean;
  /** Where it reports its progress. @default stdout, for people */
  readonly output?: Output | undefined;
}

/**
 * Starts an L1, an Aztec network with traffic, a prover node and agents; shows the merge tree while they prove; ends when
 * the wanted epochs are proven on L1, with nothing left running.
 *
 * @returns the exit code: 0 when the epochs were proven, 1 when something failed, 130 when the user stopped it before.
 */
export async function runDevnet(options: RunDevnetOptions): Promise<number> {
  const dataDirectory = options.dataDirectory ?? newDataDirectory('devnet');
  return await runLocally('devnet', (run) => proveEpochs({ ...options, dataDirectory }, run), options.output);
}

type DevnetRunOptions = RunDevnetOptions & { readonly dataDirectory: string };

async function proveEpochs(options: DevnetRunOptions, run: LocalRun): Promise<void> {
  const { engine: kind, epochs, keep, dataDirectory } = options;
  const { output, signal } = run;
  makeEmptyDirectory(dataDirectory);
  output.say(`starting a local devnet, data in ${dataDirectory}`);
  const publisherKey = new Secret(anvilPrivateKey(ACCOUNT_INDEX.proverPublisher));
  const traffic = new TrafficRelay();
  const aws = kind === 'aws' ? await startAws(dataDirectory, publisherKey, run) : undefined;
  const devnet = await startNetwork(options, traffic, run);

  const fleetOptions: FleetOptions = {
    dataDirectory: path.resolve(dataDirectory),
    environmentFile: devnet.proverNodeEnvironmentFile,
    publisherKey,
    ...(aws && { aws }),
  };
  const engine = await openEngine(fleetEngineOptions(fleetOptions));
  run.onStop(() => engine.close());
  output.say(describeStart(options, aws !== undefined));
  const fleet = await startFleet(fleetOptions, options);
  run.onStop(() => fleet.stop());

  const watch = new DevnetWatch({
    engine,
    l1: createL1Client({ rpcUrls: [devnet.l1RpcUrl], chainId: devnet.l1ChainId }),
    rollupAddress: devnet.rollupAddress,
    publisher: anvilAccount(devnet.proverPublisherAccountIndex).address,
    output,
    pollMs: SNAPSHOT_MS[kind],
    nowMs: Date.now,
  });
  traffic.connect((event) => watch.onTraffic(event));
  const broken = new AbortController();
  void Promise.race([devnet.broken, fleet.broken]).then((error) => broken.abort(error));
  const end = AbortSignal.any([signal, broken.signal]);
  const confirmed = await watch.untilProven(epochs, end);
  await report(confirmed, { options, engine, aws, run });
  run.markDone();
  if (!keep) return;
  output.print(['', 'Everything keeps running (--keep). Ctrl-C stops it.', '']);
  await watch.untilAborted(end);
}

function describeStart({ node, agents }: FleetMakers, withFunctions: boolean): string {
  const ofAgents = { coppice: '', official: " of Aztec's", gateway: " of Aztec's, each beside a gateway" };
  return [
    `starting ${node === 'official' ? "Aztec's" : 'the'} prover node`,
    `, ${agents.count} agents${ofAgents[agents.kind]}`,
    needsBroker({ node, agents }) ? ', the broker between them' : '',
    withFunctions ? ' and the functions' : '',
  ].join('');
}

async function startAws(dataDirectory: string, publisherKey: Secret<string>, run: LocalRun): Promise<DevnetAws> {
  run.steps.begin('starting an AWS emulator, with the queues, the bucket and the table of a fleet');
  const aws = await startAwsForFleet({
    dataDirectory: path.resolve(dataDirectory),
    publisherKey,
    publisherAddress: anvilAccount(ACCOUNT_INDEX.proverPublisher).address,
    signal: run.signal,
  });
  run.onStop(() => aws.stop());
  run.steps.end();
  const { isEmulator, prefix } = aws;
  if (!isEmulator)
    run.output.say(`the fleet's AWS resources are named ${prefix}-… and ${prefix}/…; they are not deleted`);
  return aws;
}

async function startNetwork(
  { dataDirectory, keep, epochs, l1Port = 0, nodePort = 0 }: DevnetRunOptions,
  traffic: TrafficRelay,
  run: LocalRun,
): Promise<Devnet> {
  const { signal, steps } = run;
  // Only while it starts: later the fleet has to stop before its L1 does, or it takes long to.
  const starting = new AbortController();
  const stopStarting = (): void => starting.abort(signal.reason);
  if (signal.aborted) stopStarting();
  signal.addEventListener('abort', stopStarting, { once: true });
  const devnet = await startDevnet({
    dataDirectory,
    ...(keep ? {} : { epochs }),
    ports: { l1: l1Port, node: nodePort },
    signal: starting.signal,
    onProgress: (step) => steps.begin(step),
    onTraffic: (event) => traffic.push(event),
  });
  signal.removeEventListener('abort', stopStarting);
  run.onStop(() => devnet.stop());
  steps.end();
  return devnet;
}

/** Hands events on to a receiver that may come later than the first of them. */
class TrafficRelay {
  readonly #early: TrafficEvent[] = [];
  #receive = (event: TrafficEvent): void => void this.#early.push(event);

  push(event: TrafficEvent): void {
    this.#receive(event);
  }

  connect(receive: (event: TrafficEvent) => void): void {
    this.#receive = receive;
    this.#early.forEach(receive);
  }
}

interface ReportDeps {
  readonly options: DevnetRunOptions;
  readonly engine: Engine;
  readonly aws: DevnetAws | undefined;
  readonly run: LocalRun;
}

async function report(confirmed: readonly ConfirmedEpoch[], { options, engine, aws, run }: ReportDeps): Promise<void> {
  const { dataDirectory, keep } = options;
  const proven = await Promise.all(
    confirmed.map(async ({ view, proof, isWanted }) => ({
      record: view,
      proof,
      summary: summariseEpoch(view, await engine.jobs.jobsOfEpoch(view.id)),
      isWanted,
    })),
  );
  const nextSteps =
    aws === undefined ? renderNextSteps(proven, dataDirectory) : renderNextStepsOnAws(proven, aws, keep, dataDirectory);
  run.output.freeze();
  run.output.print([...renderReport(proven), ...nextSteps]);
}

/** @throws when the folder is not empty: a network that has stopped cannot be continued. */
function makeEmptyDirectory(directory: string): void {
  fs.mkdirSync(directory, { recursive: true });
  if (fs.readdirSync(directory).length > 0) {
    throw new Error(`the folder ${directory} is not empty: pass a new one with --data-directory, or omit the flag`);
  }
}
