import { INTERRUPTIONS_MS, REFUSALS_MS } from '../../../functions/scale-fleet/decide/pool-states.ts';
import { AgentService } from './agent-service.ts';
import { Bill } from './bill.ts';
import { Chance } from './chance.ts';
import { CIRCUITS, type EpochPlan, POOL_OF_CIRCUIT } from './epoch-plan.ts';
import { EpochRun, type SimulatedJob } from './epoch-run.ts';
import { type JobOrder, PerfectPriority, TwoLanes } from './job-order.ts';
import { CAPACITIES, POOLS, type PerCapacity, type PerPool, type SimulatedPool, perPool } from './pools.ts';
import type { FleetView, PoolView, ScalingRule, ServiceView } from './rules/scaling-rule.ts';
import type { SimulatedAgent } from './simulated-agent.ts';
import { VirtualClock } from './virtual-clock.ts';
import type { Weather } from './weather.ts';

/** What an agent does for a job besides proving it: inputs in, proof out, the ledger. */
const HANDLING_SECONDS = 0.5;
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
    this.#clock = new VirtualClock(options.plans[0]!.endsAtSeconds - RUN_IN_SECONDS);
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
      onGivenBack: (job: SimulatedJob) => job.run.isGivenBack(job),
    };
    this.#services = perPool((pool) => ({
      spot: new AgentService(pool, 'spot', context),
      od: new AgentService(pool, 'od', context),
    }));
  }

  run(): SimulationResult {
    const { plans, rule } = this.#options;
    const clock = this.#clock;
    for (const plan of plans) clock.at(plan.endsAtSeconds, () => this.#openEpoch(plan));
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
    job.run.isClaimed(job);
    this.#clock.after(job.durationSeconds + HANDLING_SECONDS, () => this.#end(agent, job));
  }

  #end(agent: SimulatedAgent, job: SimulatedJob): void {
    // It was stopped meanwhile: another agent has, or will have, the job.
    if (agent.job !== job) return;
    agent.job = undefined;
    agent.provingSeconds += this.#clock.nowSeconds - agent.jobSinceSeconds;
    job.run.isProven(job);
    this.#onIdle(agent);
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
    const desired = this.#options.rule.decide(this.#view());
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
    for (const { expected, waiting, proving, proven } of this.#open) {
      for (let circuit = 0; circuit < expected.length; circuit += 1) {
        if (POOL_OF_CIRCUIT[circuit] !== pool) continue;
        waitingJobs += waiting[circuit]!;
        provingJobs += proving[circuit]!;
        unaskedJobs += expected[circuit]! - waiting[circuit]! - proving[circuit]! - proven[circuit]!;
      }
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
