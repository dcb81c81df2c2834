import fs from 'node:fs';
import path from 'node:path';

import { Barretenberg } from '@aztec/bb.js';

import type { Work } from '../../shared/canary/work.ts';
import type { CanarySettings } from '../../shared/config/groups/canary-settings.ts';
import type { CrsKind } from '../../shared/crs/crs-kind.ts';
import { strandedSecondsOf } from '../../shared/engine/engine-options.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import { createLogger, type Logger } from '../../shared/telemetry/logger.ts';
import { SNAPSHOT_MS } from '../epoch-view/snapshot-reader.ts';
import { type LocalRun, runLocally } from '../local-fleet/local-run.ts';
import { startAztecHashing } from '../processes/start-aztec-hashing.ts';
import type { Output } from '../terminal/output.ts';
import { type CanaryChain, openCanaryChain } from './canary-chain.ts';
import { type CanaryFleet, dollarsPerAgentHour, openCanaryFleet } from './canary-fleet.ts';
import { canaryKeys } from './canary-keys.ts';
import { openContract } from './l1/canary-contract.ts';
import type { CanaryPlan } from './canary-plan.ts';
import { refuseDevelopmentCrs } from '../../shared/l1/development-chains.ts';
import { renderCanaryReport } from './render-canary-report.ts';
import { runCanaryNode } from './run-canary-node.ts';
import { summariseCanary } from './summarise-canary.ts';
import { runCanaryAgentWarning } from './warn-without-canary-agents.ts';
import { watchCanary } from './watch-canary.ts';

/**
 * @param output where it reports its progress. @default stdout, for people
 * @returns the exit code: 0 when L1 has verified the root, 1 when something failed, 130 when the user stopped it before
 */
export async function runCanary(settings: CanarySettings, output?: Output): Promise<number> {
  return await runLocally('canary', (run) => new CanaryRun(settings, run).proveEpoch(), output);
}

/** One canary epoch, from starting what it needs to its report. */
class CanaryRun {
  readonly #settings: CanarySettings;
  readonly #crs: CrsKind;
  readonly #dataDirectory: string;
  readonly #run: LocalRun;
  readonly #log: Logger;

  constructor(settings: CanarySettings, run: LocalRun) {
    this.#settings = settings;
    this.#crs = settings.crs ?? (settings.l1RpcUrl === undefined ? 'development' : 'ceremony');
    this.#dataDirectory = path.resolve(settings.dataDirectory);
    this.#run = run;
    this.#log = openLog(this.#dataDirectory);
  }

  async proveEpoch(): Promise<void> {
    const { leaves, work } = this.#settings;
    const { output, steps, signal } = this.#run;
    output.say(`starting a canary epoch of ${leaves} leaves, data in ${this.#dataDirectory}`);
    if (this.#crs === 'development') {
      output.say('using the INSECURE development reference string: these proofs prove nothing to anybody');
    }
    steps.begin(this.#settings.l1RpcUrl === undefined ? 'starting an L1' : 'connecting to L1');
    const chain = await openCanaryChain(this.#settings);
    this.#run.onStop(() => chain.stop());
    steps.end();
    refuseDevelopmentCrs(this.#crs, chain.l1.chain.id);
    const accounts = this.#settings.proverPublisherPrivateKeys?.length ?? 0;
    if (accounts > 1) output.say(`only the first of ${accounts} publisher accounts is used: ${chain.account.address}`);
    const fleet = await openCanaryFleet(this.#settings, this.#crs, (text) => output.say(text), signal);
    this.#run.onStop(() => fleet.stop());
    const { engine, reconcileMs } = fleet;
    const broken = this.#brokenSignal(fleet, chain);
    // What the canary starts itself is there, and where a scaler starts agents it has its own alarms.
    if (this.#settings.withoutAgents && engine.scaler === undefined) {
      void runCanaryAgentWarning({ agents: engine.agents, say: (line) => output.say(line) }, broken);
    }

    steps.begin("getting the circuits' keys, which the fleet makes if it has none yet");
    const deps = { engine, reconcileMs, log: this.#log };
    const keys = await canaryKeys(Number(work) as Work, this.#crs, deps, broken);
    steps.begin('opening the contract on L1');
    const { rollupAddress: known } = this.#settings;
    const contract = await openContract({ ...chain, keys, rollupAddress: known, dataDirectory: this.#dataDirectory });
    steps.end();
    const { rollupAddress, state } = contract;
    // Aztec's Poseidon2, which gives the states of the tree, runs in a bb that this process starts.
    await startAztecHashing();
    this.#run.onStop(() => Barretenberg.destroySingleton());
    const plan: CanaryPlan = { leaves, keys, l1ChainId: chain.l1.chain.id, rollupAddress, from: state };
    const proven = await this.#untilProven(plan, chain, fleet, broken);
    await this.#report(proven, plan, engine, chain);
  }

  /** Runs the node side and shows the epoch, until its root is on L1. */
  async #untilProven(
    plan: CanaryPlan,
    chain: CanaryChain,
    { engine, reconcileMs }: CanaryFleet,
    broken: AbortSignal,
  ): Promise<EpochRecord> {
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
        log: this.#log,
        onOpened: opened.resolve,
      },
      end,
    );
    node.catch(opened.reject);
    try {
      const { id } = await opened.promise;
      this.#run.setResumeHint(`To continue, run the same command with --data-directory ${this.#dataDirectory}`);
      const endedEarly = node.then(() => {
        broken.throwIfAborted();
        throw new Error(`the node side ended before the root was on L1; see ${logFileOf(this.#dataDirectory)}`);
      });
      const pollMs = SNAPSHOT_MS[this.#settings.engine];
      const watch = { engine, output: this.#run.output, pollMs, nowMs: Date.now };
      return await Promise.race([watchCanary(id, watch, end), endedEarly]);
    } finally {
      finished.abort();
      await node.catch(() => undefined);
    }
  }

  /** Aborts when the user wants it, and when an agent or the L1 ends. */
  #brokenSignal({ agents }: CanaryFleet, { broken }: CanaryChain): AbortSignal {
    const controller = new AbortController();
    const endings = [...agents.map(({ ended }) => ended as Promise<Error>), ...(broken === undefined ? [] : [broken])];
    if (endings.length > 0) void Promise.race(endings).then((error) => controller.abort(error));
    return AbortSignal.any([this.#run.signal, controller.signal]);
  }

  async #report(epoch: EpochRecord, plan: CanaryPlan, engine: Engine, { l1 }: CanaryChain): Promise<void> {
    const summary = summariseCanary(epoch, await engine.jobs.jobsOfEpoch(epoch.id));
    const hash = epoch.transactionHash as `0x${string}`;
    const { gasUsed } = await l1.getTransactionReceipt({ hash });
    this.#run.output.freeze();
    this.#run.output.print(
      renderCanaryReport({
        epoch,
        summary,
        crs: this.#crs,
        rollupAddress: plan.rollupAddress,
        gasUsed,
        dollarsPerAgentHour: dollarsPerAgentHour(this.#settings),
      }),
    );
  }
}

/** The node side writes its log to a file: the screen shows the epoch. */
function openLog(dataDirectory: string): Logger {
  const file = logFileOf(dataDirectory);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const stream = fs.createWriteStream(file, { flags: 'a' });
  return createLogger('canary', { format: 'text', write: (line) => void stream.write(line) });
}

function logFileOf(dataDirectory: string): string {
  return path.join(dataDirectory, 'logs', 'canary.log');
}
