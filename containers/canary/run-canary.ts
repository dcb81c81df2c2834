import fs from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';

import type { LocalAccount } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';

import type { CrsKind } from '../../shared/canary/crs-kind.ts';
import type { Work } from '../../shared/canary/work.ts';
import type { CanarySettings } from '../../shared/config/canary-settings.ts';
import { engineOptionsOf, strandedSecondsOf } from '../../shared/config/engine-options.ts';
import { Secret } from '../../shared/config/secret.ts';
import { dollarsOf } from '../../shared/cost/aws-prices.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { openEngine } from '../../shared/engine/open-engine.ts';
import { createL1Client, type L1Client } from '../../shared/l1/l1-client.ts';
import { DEFAULT_SUBMISSION_POLICY } from '../../shared/l1/submission-policy.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import { createLogger, type Logger } from '../../shared/telemetry/logger.ts';
import { defaultCrsPath } from '../crs/crs-path.ts';
import { prepareDevelopmentCrs } from '../crs/prepare-crs.ts';
import { startAwsForFleet, type DevnetAws } from '../devnet/aws-for-fleet.ts';
import { ACCOUNT_INDEX, anvilAccount, anvilPrivateKey } from '../devnet/devnet-accounts.ts';
import type { DevnetOutput } from '../devnet/display/devnet-output.ts';
import { openOutput } from '../devnet/display/open-output.ts';
import { StepLines } from '../devnet/display/step-lines.ts';
import { DevnetProgramError } from '../devnet/errors.ts';
import { FleetProcessEndedError, type FleetProcess } from '../devnet/fleet-process.ts';
import { type AgentFleetOptions, fleetEngineOptions, startAgent } from '../devnet/fleet.ts';
import { catchInterrupts, InterruptedError } from '../devnet/interrupts.ts';
import { descendantsOf, killAll, listProcesses, stillAlive } from '../devnet/process-table.ts';
import { loadAnvil } from '../devnet/programs.ts';
import { readLastLines } from '../devnet/read-last-lines.ts';
import { canaryKeys } from './canary-keys.ts';
import { openContract } from './canary-l1.ts';
import type { CanaryPlan } from './canary-plan.ts';
import { refuseDevelopmentCrs } from './l1/deploy-canary.ts';
import { renderCanaryReport } from './render-canary-report.ts';
import { runCanaryNode } from './run-canary-node.ts';
import { summariseCanary } from './summarise-canary.ts';
import { watchCanary } from './watch-canary.ts';

const EXIT_CODE_OF_INTERRUPT = 130;
/** What is quoted of the log of a process that has ended. */
const LAST_LINES = 12;
const LOOK_MS = { embedded: 250, aws: 1000 } as const;
const STOP_SECONDS = 8;
/** Of its own L1. */
const BLOCK_SECONDS = 1;
/** Of an agent, for each of its threads, where nobody says what it costs. */
const GB_PER_THREAD = 4;

/** @returns the exit code: 0 when L1 has verified the root, 1 when something failed, 130 when the user stopped it before */
export async function runCanary(settings: CanarySettings): Promise<number> {
  const interrupts = catchInterrupts(() => {
    killAll(descendantsOf(process.pid, listProcesses()));
    process.exit(EXIT_CODE_OF_INTERRUPT);
  });
  try {
    return await new CanaryRun(settings, openOutput(), interrupts.signal).toEnd();
  } finally {
    interrupts.release();
  }
}

interface CanaryChain {
  readonly rpcUrl: string;
  readonly l1: L1Client;
  /** Deploys and submits. */
  readonly account: LocalAccount;
  /** Resolves when an L1 of its own ends. */
  readonly broken?: Promise<Error>;
}

/** One canary epoch, from what it needs started to its report. */
class CanaryRun {
  readonly #settings: CanarySettings;
  readonly #crs: CrsKind;
  readonly #dataDirectory: string;
  readonly #output: DevnetOutput;
  readonly #steps: StepLines;
  readonly #signal: AbortSignal;
  readonly #stops: (() => Promise<void>)[] = [];

  constructor(settings: CanarySettings, output: DevnetOutput, signal: AbortSignal) {
    this.#settings = settings;
    this.#crs = settings.crs ?? (settings.l1RpcUrl === undefined ? 'development' : 'ceremony');
    this.#dataDirectory = path.resolve(settings.dataDirectory);
    this.#output = output;
    this.#steps = new StepLines(output, Date.now);
    this.#signal = signal;
  }

  async toEnd(): Promise<number> {
    try {
      fs.mkdirSync(path.join(this.#dataDirectory, 'logs'), { recursive: true });
      await this.#run();
      return 0;
    } catch (error) {
      return this.#explain(error);
    } finally {
      await this.#stopAll();
    }
  }

  async #run(): Promise<void> {
    const { engine: engineName, leaves, work } = this.#settings;
    this.#output.say(`a canary epoch of ${leaves} leaves, with all that it keeps in ${this.#dataDirectory}`);
    if (this.#crs === 'development') {
      this.#output.say('its reference string is the INSECURE development one: its proofs prove nothing to anybody');
    }
    const log = this.#log();
    const chain = await this.#openL1();
    refuseDevelopmentCrs(this.#crs, chain.l1.chain.id);
    const { engine, agents } = await this.#openFleet();

    this.#steps.begin('getting the keys of the circuits, which the fleet makes when it has none');
    const reconcileMs = this.#settings.reconcileSeconds * 1000;
    const broken = this.#brokenSignal(agents, chain);
    const keys = await canaryKeys(Number(work) as Work, this.#crs, { engine, reconcileMs, log }, broken);
    this.#steps.begin('the contract on L1');
    const { rollupAddress: known } = this.#settings;
    const contract = await openContract({ ...chain, keys, rollupAddress: known, dataDirectory: this.#dataDirectory });
    this.#steps.end();
    const { rollupAddress, state } = contract;
    const plan: CanaryPlan = { leaves, keys, l1ChainId: chain.l1.chain.id, rollupAddress, from: state };

    const finished = new AbortController();
    const end = AbortSignal.any([broken, finished.signal]);
    const opened = Promise.withResolvers<EpochRecord>();
    const node = runCanaryNode(
      plan,
      {
        engine,
        l1: chain.l1,
        account: {
          address: chain.account.address,
          signTransaction: (transaction) => chain.account.signTransaction(transaction),
        },
        policy: { ...DEFAULT_SUBMISSION_POLICY, ...(chain.broken && { l1SlotSeconds: BLOCK_SECONDS }) },
        reconcileMs,
        strandedSeconds: strandedSecondsOf(this.#settings),
        sweepMs: this.#settings.sweepSeconds * 1000,
        nowMs: Date.now,
        log,
        onOpened: opened.resolve,
      },
      end,
    );
    node.catch(opened.reject);
    const { epoch } = await opened.promise;
    const watch = { engine, output: this.#output, lookMs: LOOK_MS[engineName], nowMs: Date.now };
    try {
      const endedEarly = node.then(() => {
        broken.throwIfAborted();
        throw new Error('the node side ended before the root was on L1: its log says why');
      });
      const proven = await Promise.race([watchCanary(epoch, watch, end), endedEarly]);
      await this.#report(proven, plan, engine, chain.l1);
    } finally {
      finished.abort();
      await node.catch(() => undefined);
    }
  }

  /** For the node side, whose place on the screen is the display's. */
  #log(): Logger {
    const file = fs.createWriteStream(path.join(this.#dataDirectory, 'logs', 'canary.log'), { flags: 'a' });
    return createLogger('canary', { format: 'text', write: (line) => void file.write(line) });
  }

  async #openL1(): Promise<CanaryChain> {
    const { l1RpcUrl, proverPublisherPrivateKeys: [key] = [], l1Port } = this.#settings;
    if (l1RpcUrl !== undefined && key !== undefined) {
      const rpcUrl = l1RpcUrl.reveal();
      const chainId = await createL1Client({ rpcUrls: [l1RpcUrl], chainId: 1 }).getChainId();
      const l1 = createL1Client({ rpcUrls: [l1RpcUrl], chainId });
      return { rpcUrl, l1, account: privateKeyToAccount(key.reveal()) };
    }
    this.#steps.begin('starting an L1');
    const anvil = loadAnvil({
      logDirectory: path.join(this.#dataDirectory, 'logs'),
      environment: { PATH: process.env['PATH'] },
    });
    this.#stops.push(() => anvil.stop());
    const { rpcUrl } = await anvil.configure({
      port: l1Port,
      blockSeconds: BLOCK_SECONDS,
      genesisSeconds: Math.floor(Date.now() / 1000),
    });
    this.#steps.end();
    const l1 = createL1Client({ rpcUrls: [rpcUrl], chainId: 31_337 });
    return { rpcUrl, l1, account: anvilAccount(ACCOUNT_INDEX.proverPublisher), broken: anvil.ended };
  }

  async #openFleet(): Promise<{ readonly engine: Engine; readonly agents: readonly FleetProcess[] }> {
    const { withoutAgents, agents, engine: engineName, crsDirectory } = this.#settings;
    if (withoutAgents) {
      const engine = await openEngine(engineOptionsOf(this.#settings));
      this.#stops.push(() => engine.close());
      this.#output.say('the agents of the fleet prove: those that were started with --agent-families canary');
      return { engine, agents: [] };
    }
    const aws = engineName === 'aws' ? await this.#startAws() : undefined;
    const crsPath = path.resolve(crsDirectory ?? defaultCrsPath(this.#crs));
    if (this.#crs === 'development') await prepareDevelopmentCrs(crsPath, (text) => this.#output.say(text));
    const fleet: AgentFleetOptions = {
      dataDirectory: this.#dataDirectory,
      ...(aws && { aws }),
      variables: {
        COPPICE_AGENT_FAMILIES: 'canary',
        COPPICE_CRS: this.#crs,
        CRS_PATH: crsPath,
        HARDWARE_CONCURRENCY: String(this.#threadsOfAgent()),
        COPPICE_LEASE_SECONDS: String(engineOptionsOf(this.#settings).leaseSeconds),
      },
    };
    const engine = await openEngine(fleetEngineOptions(fleet));
    this.#stops.push(() => engine.close());
    this.#output.say(`starting ${agents} ${agents === 1 ? 'agent' : 'agents'} of ${this.#threadsOfAgent()} threads`);
    const started = Array.from({ length: agents }, (_, index) => startAgent(fleet, `agent-${index + 1}`));
    this.#stops.push(async () => {
      await Promise.all(started.map((agent) => agent.stop(STOP_SECONDS)));
    });
    return { engine, agents: started };
  }

  async #startAws(): Promise<DevnetAws> {
    this.#steps.begin('starting an emulator of AWS, with the queues, the bucket and the table of a fleet');
    const aws = await startAwsForFleet({
      dataDirectory: this.#dataDirectory,
      publisherKey: new Secret(anvilPrivateKey(ACCOUNT_INDEX.proverPublisher)),
      publisherAddress: anvilAccount(ACCOUNT_INDEX.proverPublisher).address,
      signal: this.#signal,
    });
    this.#stops.push(() => aws.stop());
    this.#steps.end();
    return aws;
  }

  #threadsOfAgent(): number {
    return Math.max(1, Math.floor(availableParallelism() / this.#settings.agents));
  }

  /** Aborts when the user wants it, and when something ends that should not. */
  #brokenSignal(agents: readonly FleetProcess[], { broken }: CanaryChain): AbortSignal {
    const controller = new AbortController();
    const endings = [...agents.map(({ ended }) => ended as Promise<Error>), ...(broken === undefined ? [] : [broken])];
    if (endings.length > 0) void Promise.race(endings).then((error) => controller.abort(error));
    return AbortSignal.any([this.#signal, controller.signal]);
  }

  async #report(epoch: EpochRecord, { rollupAddress }: CanaryPlan, engine: Engine, l1: L1Client): Promise<void> {
    const summary = summariseCanary(epoch, await engine.jobs.jobsOfEpoch(epoch.epoch));
    const hash = epoch.transactionHash as `0x${string}`;
    const { gasUsed } = await l1.getTransactionReceipt({ hash });
    this.#output.settle();
    const dollarsPerAgentHour = this.#dollarsPerAgentHour();
    this.#output.print(
      renderCanaryReport({ epoch, summary, crs: this.#crs, rollupAddress, gasUsed, dollarsPerAgentHour }),
    );
  }

  #dollarsPerAgentHour(): number | undefined {
    const { agentDollarsPerHour, withoutAgents } = this.#settings;
    if (agentDollarsPerHour !== undefined || withoutAgents) return agentDollarsPerHour;
    const threads = this.#threadsOfAgent();
    return dollarsOf({ fargateVcpuHours: threads, fargateGbHours: GB_PER_THREAD * threads });
  }

  #explain(error: unknown): number {
    this.#steps.fail();
    this.#output.settle();
    const goesOn = `The same command with --data-directory ${this.#dataDirectory} goes on where it was.`;
    if (error instanceof InterruptedError || this.#signal.aborted) {
      this.#output.print([goesOn]);
      return EXIT_CODE_OF_INTERRUPT;
    }
    this.#output.print([`coppice canary: ${error instanceof Error ? error.message : String(error)}`]);
    if (error instanceof FleetProcessEndedError || error instanceof DevnetProgramError) {
      const lines = readLastLines(error.logFile, LAST_LINES);
      this.#output.print(['Its last lines:', ...lines.map((line) => `  ${line}`)]);
    }
    this.#output.print([goesOn]);
    return 1;
  }

  /** Stops all that was started, last first, and makes sure of it. */
  async #stopAll(): Promise<void> {
    const started = descendantsOf(process.pid, listProcesses());
    for (const stop of this.#stops.toReversed()) await stop();
    killAll(stillAlive(started));
  }
}
