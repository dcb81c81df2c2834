import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { EngineOptions } from '../../../shared/engine/open-engine.ts';
import { AgentId } from '../../../shared/ledger/job-ledger.ts';
import type { Pool } from '../../../shared/proving-job/circuit-family.ts';
import { SeededRandom } from './seeded-random.ts';

/** The options that a claimer's process receives. */
export interface ClaimerOptions {
  readonly agentId: AgentId;
  /** One, as on AWS, where a fleet's agents serve one each. */
  readonly pool: Pool;
  readonly engine: EngineOptions;
  readonly seed: string;
  readonly doubledShare: number;
  readonly claimSeconds: number;
  readonly journalDirectory: string;
}

export type CrewOptions = Omit<ClaimerOptions, 'agentId' | 'pool'> & {
  readonly size: number;
  readonly killEveryMs: number;
};

interface Member {
  readonly agentId: AgentId;
  readonly pool: Pool;
  readonly process: ChildProcess;
  readonly ready: Promise<void>;
  isReady: boolean;
  isKilled: boolean;
}

const PROGRAM = new URL('./processes/claimer-process.ts', import.meta.url);
/** The pools that the circuits of an epoch need, about equally. */
const POOLS: readonly Pool[] = ['medium', 'large', 'small'];
/** Of the crew: with fewer nobody is killed, so that a slow machine has claimers at work too. */
const LEAST_READY_SHARE = 0.75;
/** A stalled proof is the longest that a claimer has to finish before it ends. */
const STOP_SECONDS = 60;

/** Claimers, a process each, of which one after the other is killed and replaced. */
export class ClaimerCrew {
  readonly #options: CrewOptions;
  readonly #random: SeededRandom;
  readonly #members = new Set<Member>();
  readonly #killed = new Set<AgentId>();
  readonly #unexpectedEnds: string[] = [];
  #started = 0;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed, 'crew');
  }

  /** The claimers that were killed. */
  get killed(): ReadonlySet<AgentId> {
    return this.#killed;
  }

  /** Claimers that failed or did not stop when asked, and how they ended. */
  get unexpectedEnds(): readonly string[] {
    return this.#unexpectedEnds;
  }

  /** Starts them all and waits until each is ready to claim. */
  async start(): Promise<void> {
    const members = Array.from({ length: this.#options.size }, (_, number) => this.#add(POOLS[number % POOLS.length]!));
    await Promise.all(members.map(({ ready }) => ready));
  }

  /** Kills a claimer with `kill -9` and starts another in its place, time and again until `signal` aborts. */
  async keepKilling(signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(this.#options.killEveryMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const ready = [...this.#members].filter(({ isReady }) => isReady);
      const victim = ready.length < LEAST_READY_SHARE * this.#options.size ? undefined : this.#random.pick(ready);
      if (victim === undefined) continue;
      victim.isKilled = true;
      victim.process.kill('SIGKILL');
      this.#members.delete(victim);
      this.#killed.add(victim.agentId);
      this.#add(victim.pool);
    }
  }

  /** Asks all to end and waits until they have; kills those that do not. */
  async stop(): Promise<void> {
    await Promise.all(
      [...this.#members].map(async ({ agentId, process: child, ready }) => {
        // Before that it does not handle the signal.
        await ready.catch(() => undefined);
        if (hasEnded(child)) return;
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        const timer = setTimeout(() => {
          this.#unexpectedEnds.push(`${agentId} had to be killed`);
          child.kill('SIGKILL');
        }, STOP_SECONDS * 1000);
        await ended;
        clearTimeout(timer);
      }),
    );
  }

  /** Ends those that are left, at once. */
  async kill(): Promise<void> {
    for (const member of this.#members) {
      if (hasEnded(member.process)) continue;
      member.isKilled = true;
      const ended = once(member.process, 'exit');
      member.process.kill('SIGKILL');
      await ended;
    }
  }

  #add(pool: Pool): Member {
    const { size: _size, killEveryMs: _killEveryMs, ...options } = this.#options;
    const agentId = AgentId.parse(`claimer-${(this.#started += 1)}`);
    const log = openSync(join(options.journalDirectory, `${agentId}.log`), 'a');
    const claimer: ClaimerOptions = { ...options, agentId, pool };
    const child = fork(PROGRAM, [JSON.stringify(claimer)], { execArgv: [], stdio: ['ignore', log, log, 'ipc'] });
    closeSync(log);
    const ready = becomesReady(agentId, child);
    const member: Member = { agentId, pool, process: child, ready, isReady: false, isKilled: false };
    ready.then(
      () => (member.isReady = true),
      () => undefined,
    );
    child.once('exit', (code, signal) => {
      if (code !== 0 && !member.isKilled) this.#unexpectedEnds.push(`${agentId} ended with ${signal ?? code ?? '?'}`);
    });
    this.#members.add(member);
    return member;
  }
}

async function becomesReady(agentId: AgentId, child: ChildProcess): Promise<void> {
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error(`${agentId} ended before it was ready`);
    }),
  ]);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
