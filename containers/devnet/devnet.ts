import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import type { LocalProgram } from '../processes/local-program.ts';
import { RUNTIME_VARIABLES } from '../processes/runtime-variables.ts';
import { ACCOUNT_INDEX } from '../local-l1/devnet-accounts.ts';
import { type DevnetManifest, writeManifest } from './devnet-manifest.ts';
import { DEFAULT_TIMING, DEPLOYMENT_BLOCK_SECONDS, type DevnetTiming, l1HeadStartSeconds } from './l1/devnet-timing.ts';
import type { LocalProgramError } from '../processes/errors.ts';
import { prepareForge } from './l1/forge-toolchain.ts';
import { loadAnvil } from '../local-l1/load-anvil.ts';
import { loadSequencer, loadTraffic } from './programs.ts';
import { type ProverNodeEnvironment, proverNodeEnvironment, writeEnvironmentFile } from './prover-node-environment.ts';
import type { TrafficEvent } from './traffic/traffic-messages.ts';

export interface DevnetOptions {
  /** For everything that the devnet writes; new or empty. */
  readonly dataDirectory: string;
  /** @default DEFAULT_TIMING */
  readonly timing?: DevnetTiming;
  /** Where anvil and the sequencer's node listen, on the loopback interface. @default any free ones */
  readonly ports?: { readonly l1?: number; readonly node?: number };
  /** How many epochs get the planned traffic. @default all */
  readonly epochs?: number;
  /** A line for a person, for each step of the start. */
  readonly onProgress?: (line: string) => void;
  readonly onTraffic?: (event: TrafficEvent) => void;
  /** Stops the devnet, also while it starts. */
  readonly signal?: AbortSignal;
}

/** A running Aztec network, with its L1 and its traffic. */
export interface Devnet extends DevnetManifest {
  /** The variables with which a prover node follows this network. It needs a key too: `proverPublisherAccountIndex`'s. */
  readonly proverNodeEnvironment: ProverNodeEnvironment;
  /** The same variables, as a file. */
  readonly proverNodeEnvironmentFile: string;
  readonly manifestFile: string;
  /** Resolves when a program ends that should not have. The caller should then stop the devnet. */
  readonly broken: Promise<LocalProgramError>;
  /** Stops every program and waits until it has gone. Safe to call twice. */
  stop(): Promise<void>;
}

/** Anvil's own chain id. */
const L1_CHAIN_ID = 31_337;

/** The caller's variables that the programs need too. Others may be settings of a real node, and must not reach them. */
const PASSED_ON = ['PATH', 'LANG', 'TZ', 'NO_COLOR', 'NODE_EXTRA_CA_CERTS', ...RUNTIME_VARIABLES];

/**
 * Starts an L1, deploys Aztec's contracts on it, starts Aztec's sequencer, and begins to send the planned traffic.
 * Each part runs in a process that ends with this one, however it ends, and listens on the loopback interface
 * only. Logs go to `<dataDirectory>/logs`.
 * @throws {LocalProgramError} when a program does not start; all others are stopped then.
 */
export async function startDevnet(options: DevnetOptions): Promise<Devnet> {
  const { timing = DEFAULT_TIMING, ports = {}, onProgress = () => undefined, signal } = options;
  const dataDirectory = path.resolve(options.dataDirectory);
  const directoryFor = (name: string): string => {
    const directory = path.join(dataDirectory, name);
    fs.mkdirSync(directory, { recursive: true });
    return directory;
  };
  // Not in the data directory: Aztec puts sockets there, whose paths have to be short.
  const temporaryDirectory = fs.mkdtempSync(path.join(os.tmpdir(), 'coppice-'));
  const surroundings = {
    logDirectory: directoryFor('logs'),
    environment: {
      LOG_LEVEL: 'info',
      ...Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]])),
      ...prepareForge(directoryFor('home')),
      TMPDIR: temporaryDirectory,
    },
  };

  // In parallel: loading Aztec's code takes each of them seconds.
  const anvil = loadAnvil(surroundings);
  const sequencer = loadSequencer(surroundings, onProgress);
  const traffic = loadTraffic(surroundings, options.onTraffic ?? (() => undefined));
  const programs: readonly LocalProgram<unknown>[] = [traffic, sequencer, anvil];
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= stopAll(programs, temporaryDirectory));
  signal?.addEventListener('abort', () => void stop(), { once: true });

  try {
    signal?.throwIfAborted();
    onProgress('starting an L1');
    const { rpcUrl: l1RpcUrl } = await anvil.configure({
      port: ports.l1 ?? 0,
      blockSeconds: DEPLOYMENT_BLOCK_SECONDS,
      genesisSeconds: Math.floor(Date.now() / 1000) - l1HeadStartSeconds(timing),
    });
    const blobStoreUrl = pathToFileURL(directoryFor('blobs')).href;
    const network = await sequencer.configure({
      l1RpcUrl,
      l1ChainId: L1_CHAIN_ID,
      timing,
      blobStoreUrl,
      nodePort: ports.node ?? 0,
    });
    const { inboxAddress, rollupVersion, genesisSeconds, nodeRpcUrl, adminRpcUrl } = network;
    const manifest: DevnetManifest = {
      l1RpcUrl,
      l1ChainId: L1_CHAIN_ID,
      ...network,
      blobStoreUrl,
      timing,
      proverPublisherAccountIndex: ACCOUNT_INDEX.proverPublisher,
    };
    const manifestFile = path.join(dataDirectory, 'devnet.json');
    const proverNodeEnvironmentFile = path.join(dataDirectory, 'prover-node.env');
    const environment = proverNodeEnvironment(manifest);
    writeManifest(manifestFile, manifest);
    writeEnvironmentFile(proverNodeEnvironmentFile, environment);
    onProgress('opening the wallet that sends the traffic');
    await traffic.configure({
      l1RpcUrl,
      nodeRpcUrl,
      adminRpcUrl,
      inboxAddress,
      rollupVersion,
      genesisSeconds,
      timing,
      ...(options.epochs === undefined ? {} : { epochs: options.epochs }),
    });
    return {
      ...manifest,
      manifestFile,
      proverNodeEnvironment: environment,
      proverNodeEnvironmentFile,
      broken: new Promise((resolve) => {
        for (const { ended } of programs) {
          void ended.then((error) => {
            if (stopping === undefined) resolve(error);
          });
        }
      }),
      stop,
    };
  } catch (error) {
    await stop();
    signal?.throwIfAborted();
    throw error;
  }
}

async function stopAll(programs: readonly LocalProgram<unknown>[], temporaryDirectory: string): Promise<void> {
  await Promise.all(programs.map((program) => program.stop()));
  fs.rmSync(temporaryDirectory, { recursive: true, force: true });
}
