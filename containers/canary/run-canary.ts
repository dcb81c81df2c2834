import fs from 'node:fs';
import path from 'node:path';

import type { CrsKind } from '../../shared/crs/crs-kind.ts';
import type { Work } from '../../shared/canary/work.ts';
import type { CanarySettings } from '../../shared/config/groups/canary-settings.ts';
import { strandedSecondsOf } from '../../shared/engine/engine-options.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import type { L1Client } from '../../shared/l1/l1-client.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import { createLogger, type Logger } from '../../shared/telemetry/logger.ts';
import type { Output } from '../terminal/output.ts';
import { openOutput } from '../terminal/open-output.ts';
import { StepLines } from '../terminal/step-lines.ts';
import { LocalProgramError } from '../processes/errors.ts';
import { FleetProcessEndedError } from '../processes/fleet-process.ts';
import { catchInterrupts, InterruptedError } from '../processes/interrupts.ts';
import { descendantsOf, killAll, listProcesses, stillAlive } from '../processes/process-table.ts';
import { readLastLines } from '../processes/read-last-lines.ts';
import { type CanaryChain, openCanaryChain } from './canary-chain.ts';
import { type CanaryFleet, dollarsPerAgentHour, openCanaryFleet } from './canary-fleet.ts';
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

/** One canary epoch, from what it needs started to its report. */
class CanaryRun {
  readonly #settings: CanarySettings;
  readonly #crs: CrsKind;
  readonly #dataDirectory: string;
  readonly #output: Output;
  readonly #steps: StepLines;
  readonly #signal: AbortSignal;
  readonly #stops: (() => Promise<void>)[] = [];
  #isTakenUp = false;

  constructor(settings: CanarySettings, output: Output, signal: AbortSignal) {
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
    this.#steps.begin(this.#settings.l1RpcUrl === undefined ? 'starting an L1' : 'looking for the L1');
    const chain = await openCanaryChain(this.#settings);
    this.#stops.push(() => chain.stop());
    this.#steps.end();
    refuseDevelopmentCrs(this.#crs, chain.l1.chain.id);
    const tell = (text: string): void => this.#output.say(text);
    const fleet = await openCanaryFleet(this.#settings, this.#crs, tell, this.#signal);
    this.#stops.push(() => fleet.stop());
    const { engine } = fleet;

    this.#steps.begin('getting the keys of the circuits, which the fleet makes when it has none');
    const reconcileMs = this.#settings.reconcileSeconds * 1000;
    const broken = this.#brokenSignal(fleet, chain);
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
        policy: chain.policy,
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
    this.#isTakenUp = true;
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

  /** Aborts when the user wants it, and when something ends that should not. */
  #brokenSignal({ agents }: CanaryFleet, { broken }: CanaryChain): AbortSignal {
    const controller = new AbortController();
    const endings = [...agents.map(({ ended }) => ended as Promise<Error>), ...(broken === undefined ? [] : [broken])];
    if (endings.length > 0) void Promise.race(endings).then((error) => controller.abort(error));
    return AbortSignal.any([this.#signal, controller.signal]);
  }

  async #report(epoch: EpochRecord, { rollupAddress }: CanaryPlan, engine: Engine, l1: L1Client): Promise<void> {
    const summary = summariseCanary(epoch, await engine.jobs.jobsOfEpoch(epoch.epoch));
    const hash = epoch.transactionHash as `0x${string}`;
    const { gasUsed } = await l1.getTransactionReceipt({ hash });
    this.#output.freeze();
    this.#output.print(
      renderCanaryReport({
        epoch,
        summary,
        crs: this.#crs,
        rollupAddress,
        gasUsed,
        dollarsPerAgentHour: dollarsPerAgentHour(this.#settings),
      }),
    );
  }

  #explain(error: unknown): number {
    this.#steps.fail();
    this.#output.freeze();
    const goesOn = this.#isTakenUp
      ? [`The same command with --data-directory ${this.#dataDirectory} goes on where it was.`]
      : [];
    if (error instanceof InterruptedError || this.#signal.aborted) {
      this.#output.print(goesOn);
      return EXIT_CODE_OF_INTERRUPT;
    }
    this.#output.print([`coppice canary: ${error instanceof Error ? error.message : String(error)}`]);
    if (error instanceof FleetProcessEndedError || error instanceof LocalProgramError) {
      const lines = readLastLines(error.logFile, LAST_LINES);
      this.#output.print(['Its last lines:', ...lines.map((line) => `  ${line}`)]);
    }
    this.#output.print(goesOn);
    return 1;
  }

  /** Stops all that was started, last first, and makes sure of it. */
  async #stopAll(): Promise<void> {
    const started = descendantsOf(process.pid, listProcesses());
    for (const stop of this.#stops.toReversed()) await stop();
    killAll(stillAlive(started));
  }
}
