import { INTERRUPTIONS_MS, REFUSALS_MS } from '../../../functions/scale-fleet/decide/pool-states.ts';
import { AgentService } from './agent-service.ts';
import { Bill } from './bill.ts';
import { Chance } from './chance.ts';
import { type EpochPlan, HANDLING_SECONDS } from './epoch-plan.ts';
import { EpochRun } from './epoch-run.ts';
import { type JobOrder, PerfectPriority, TwoLanes } from './job-order.ts';
import { CAPACITIES, POOLS, type PerCapacity, type PerPool, type SimulatedPool, perPool } from './pools.ts';
import type { FleetView, PoolView, ScalingRule, ServiceView } from './rules/scaling-rule.ts';
import type { SimulatedAgent } from './simulated-agent.ts';
import { CIRCUITS } from './simulated-circuits.ts';
import type { SimulatedJob } from './simulated-job.ts';
import { VirtualClock } from './virtual-clock.ts';
import type { Weather } from './weather.ts';

/** Until an agent learns with its heartbeat that its job is settled. */
const HEARTBEAT_SECONDS = 40;
/** The part of its time after which a job runs out of memory. */
const OUT_OF_MEMORY_SHARE = 0.6;
/** What a broken machine takes to fail a job; after so many in a row its agent checks the machine, and ends. */
const BROKEN_SECONDS = 3;
const FAILURES_BEFORE_CHECK = 3;
const MACHINE_CHECK_SECONDS = 20;
/** The rule is notified of events at most this often. */
const EVENT_PAUSE_SECONDS = 15;
/** The fleet may be up before the first epoch's end. */
const RUN_IN_SECONDS = 600;

/** `public bases last`: two lanes as well, but public bases wait in line with the leaves. */
export type OrderName = 'two lanes' | 'public bases last' | 'perfect priority';

export interface SimulationOptions {
  readonly seed: number;
  readonly plans: readonly EpochPlan[];
  readonly weather: Weather;
  readonly rule: ScalingRule;
  readonly order: OrderName;
}

export interface EpochResult {
  readonly epoch: number;
  /** From the epoch's end to its proven root; `undefined` when it was not proven in time. */
  readonly secondsToRoot: number | undefined;
}

export interface SimulationResult {
  readonly epochs: readonly EpochResult[];
  readonly dollarsByEpoch: readonly number[];
  readonly killedProofs: number;
  /** Of the time that agents were paid for, the share without a job; starting counts. */
  readonly idleShare: number;
}

/** Runs all epochs under a rule. The same options give the same result. */
export function simulateFleet(options: SimulationOptions): SimulationResult {
  return new FleetSimulation(options).run();
}

class FleetSimulation {
  readonly #options: SimulationOptions;
  readonly #clock: VirtualClock;
  readonly #bill = new Bill();
  readonly #orders: PerPool<JobOrder<SimulatedJob>>;
  readonly #idle: PerPool<Set<SimulatedAgent>> = perPool(() => new Set());
  readonly #services: PerPool<PerCapacity<AgentService>>;
  readonly #open: EpochRun[] = [];
  readonly #results: EpochResult[] = [];
  #nextPlan = 0;
  #isNotified = false;
  #lastNotifiedSeconds = -Infinity;

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#clock = new VirtualClock(options.plans[0]!.opensAtSeconds - RUN_IN_SECONDS);
    const chance = new Chance(options.seed, 'agents');
    this.#orders = perPool((pool) => orderOf(options.order, new Chance(options.seed, `queue ${pool}`)));
    const context = {
      clock: this.#clock,
      chance,
      weather: options.weather,
      bill: this.#bill,
      protectsProving: options.rule.protectsProving,
      onIdle: (agent: SimulatedAgent) => this.#onIdle(agent),
      onStopped: (agent: SimulatedAgent) => this.#idle[agent.pool].delete(agent),
      onGivenBack: (job: SimulatedJob, agent: SimulatedAgent) => job.run.isGivenBack(job, agent),
    };
    this.#services = perPool((pool) => ({
      spot: new AgentService(pool, 'spot', context),
      od: new AgentService(pool, 'od', context),
    }));
  }

  run(): SimulationResult {
    const { plans, rule } = this.#options;
    const clock = this.#clock;
    for (const plan of plans) clock.at(plan.opensAtSeconds, () => this.#openEpoch(plan));
    const tick = (): void => {
      this.#decide();
      clock.after(rule.everySeconds, tick);
    };
    clock.after(0, tick);
    clock.runUntil(plans.at(-1)!.deadlineAtSeconds);
    for (const service of this.#allServices()) service.close();
    return {
      epochs: this.#results.toSorted((left, right) => left.epoch - right.epoch),
      dollarsByEpoch: this.#bill.dollarsByEpoch(plans[0]!.epoch, plans.length),
      killedProofs: this.#allServices().reduce((sum, { killedProofs }) => sum + killedProofs, 0),
      idleShare: 1 - this.#bill.provingSeconds / this.#bill.billedSeconds,
    };
  }

  #openEpoch(plan: EpochPlan): void {
    this.#nextPlan += 1;
    this.#open.push(
      new EpochRun(plan, this.#clock, {
        onAsked: (job) => this.#onAsked(job),
        onSettledElsewhere: (agent, job) => this.#clock.after(HEARTBEAT_SECONDS, () => this.#leave(agent, job)),
        onClosed: (run) => this.#onClosed(run),
      }),
    );
    this.#notifyRule();
  }

  #onClosed(run: EpochRun): void {
    const { plan, rootAtSeconds } = run;
    this.#open.splice(this.#open.indexOf(run), 1);
    this.#results.push({
      epoch: plan.epoch,
      secondsToRoot: rootAtSeconds === undefined ? undefined : rootAtSeconds - plan.endsAtSeconds,
    });
    this.#notifyRule();
  }

  #onAsked(job: SimulatedJob): void {
    const [agent] = this.#idle[job.pool];
    if (agent === undefined) this.#orders[job.pool].add(job);
    else this.#begin(agent, job);
  }

  #onIdle(agent: SimulatedAgent): void {
    const { pool, capacity } = agent;
    if (this.#services[pool][capacity].takesOut(agent)) return;
    const job = this.#orders[pool].next();
    if (job !== undefined) {
      this.#begin(agent, job);
      return;
    }
    agent.state = 'idle';
    this.#idle[pool].add(agent);
    this.#notifyRule();
  }

  #begin(agent: SimulatedAgent, job: SimulatedJob): void {
    this.#idle[agent.pool].delete(agent);
    agent.state = 'proving';
    agent.job = job;
    agent.jobSinceSeconds = this.#clock.nowSeconds;
    job.run.isClaimed(job, agent);
    const isTooLarge = job.isTooLarge;
    const share = isTooLarge ? OUT_OF_MEMORY_SHARE : 1;
    agent.jobSeconds = agent.isBroken ? BROKEN_SECONDS : share * job.durationSeconds;
    this.#clock.after(agent.jobSeconds + HANDLING_SECONDS, () => {
      // It was stopped meanwhile: another agent has, or will have, the job.
      if (agent.job !== job) return;
      if (agent.isBroken) this.#fail(agent, job);
      else if (isTooLarge) this.#giveBack(agent, job, LARGER_POOL[job.pool]);
      else this.#end(agent, job);
    });
  }

  #end(agent: SimulatedAgent, job: SimulatedJob): void {
    agent.failures = 0;
    this.#release(agent);
    job.run.isProven(job, agent);
    this.#onIdle(agent);
  }

  /** The job is settled: the agent is free for another. */
  #leave(agent: SimulatedAgent, job: SimulatedJob): void {
    if (agent.job !== job) return;
    this.#release(agent);
    this.#onIdle(agent);
  }

  #giveBack(agent: SimulatedAgent, job: SimulatedJob, pool: SimulatedPool): void {
    this.#release(agent);
    job.run.isGivenBack(job, agent, pool);
    this.#onIdle(agent);
  }

  /** Three failures in a row, and the agent stops claiming, checks its machine, and ends. */
  #fail(agent: SimulatedAgent, job: SimulatedJob): void {
    agent.failures += 1;
    if (agent.failures < FAILURES_BEFORE_CHECK) {
      this.#giveBack(agent, job, job.pool);
      return;
    }
    this.#release(agent);
    agent.state = 'leaving';
    job.run.isGivenBack(job, agent);
    this.#clock.after(MACHINE_CHECK_SECONDS, () => this.#services[agent.pool][agent.capacity].replace(agent));
  }

  #release(agent: SimulatedAgent): void {
    agent.job = undefined;
    agent.provingSeconds += this.#clock.nowSeconds - agent.jobSinceSeconds;
  }

  /** Notifies the rule now, or later if it was notified just before. */
  #notifyRule(): void {
    if (!this.#options.rule.hearsOfEvents || this.#isNotified) return;
    this.#isNotified = true;
    this.#clock.at(this.#lastNotifiedSeconds + EVENT_PAUSE_SECONDS, () => {
      this.#isNotified = false;
      this.#lastNotifiedSeconds = this.#clock.nowSeconds;
      this.#decide();
    });
  }

  #decide(): void {
    const { rule } = this.#options;
    const view = this.#view();
    for (const job of rule.copies?.(view) ?? []) job.run.isToBeCopied(job);
    const desired = rule.decide(view);
    for (const pool of POOLS) {
      for (const capacity of CAPACITIES) this.#services[pool][capacity].setDesired(desired[pool][capacity]);
    }
  }

  #view(): FleetView {
    return {
      nowSeconds: this.#clock.nowSeconds,
      pools: perPool((pool) => this.#poolView(pool)),
      epochs: this.#open,
      coming: this.#options.plans[this.#nextPlan],
    };
  }

  #poolView(pool: SimulatedPool): PoolView {
    let [waitingJobs, provingJobs, unaskedJobs] = [0, 0, 0];
    for (const { waitingIn, provingIn, unaskedIn } of this.#open) {
      waitingJobs += waitingIn[pool];
      provingJobs += provingIn[pool];
      unaskedJobs += unaskedIn[pool];
    }
    const { spot, od } = this.#services[pool];
    return {
      waitingJobs,
      provingJobs,
      unaskedJobs,
      services: { spot: this.#serviceView(spot), od: this.#serviceView(od) },
    };
  }

  #serviceView(service: AgentService): ServiceView {
    const sinceSeconds = (times: readonly number[], seconds: number): number =>
      times.length - 1 - times.findLastIndex((at) => at <= this.#clock.nowSeconds - seconds);
    return {
      desired: service.desired,
      starting: service.count((agent) => !agent.isUp),
      running: service.count((agent) => agent.isUp),
      proving: service.count(({ state }) => state === 'proving'),
      interruptions: sinceSeconds(service.interruptedAtSeconds, INTERRUPTIONS_MS / 1000),
      refusals: sinceSeconds(service.refusedAtSeconds, REFUSALS_MS / 1000),
    };
  }

  #allServices(): readonly AgentService[] {
    return POOLS.flatMap((pool) => CAPACITIES.map((capacity) => this.#services[pool][capacity]));
  }
}

/** Where a job goes that ran out of memory. */
const LARGER_POOL: PerPool<SimulatedPool> = { small: 'medium', medium: 'large', large: 'large' };

function orderOf(order: OrderName, chance: Chance): JobOrder<SimulatedJob> {
  switch (order) {
    case 'two lanes':
      return new TwoLanes(chance);
    case 'public bases last':
      return new TwoLanes(chance, (job) => job.isUrgent && CIRCUITS[job.circuit] !== 'PUBLIC_TX_BASE_ROLLUP');
    case 'perfect priority':
      return new PerfectPriority();
  }
}
