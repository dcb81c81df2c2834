import type { Capacity } from '../../../shared/agent-fleet/agent-fleet.ts';
import type { Bill } from './bill.ts';
import type { Chance } from './chance.ts';
import type { SimulatedPool } from './pools.ts';
import { SimulatedAgent } from './simulated-agent.ts';
import type { SimulatedJob } from './simulated-job.ts';
import type { VirtualClock } from './virtual-clock.ts';
import { DROUGHT_TAKES_SECONDS, DROUGHT_TAKES_SHARE, droughtAt, type Weather } from './weather.ts';

/** ECS starts 500 tasks of a service per minute. */
const PLACEMENTS_PER_SECOND = 500 / 60;
const PLACEMENT_BURST = 100;
/** Notice before a Spot agent is taken back, less what it needs to give a job back. */
const NOTICE_SECONDS = 110;
/** Until the lease of a lost agent expires; Aztec's broker notices a killed agent after 30 s. */
const LEASE_SECONDS = 120;
const KILLED_SECONDS = 30;
/** How often ECS tries again to fill a service. */
const RETRY_SECONDS = 60;

export interface ServiceContext {
  readonly clock: VirtualClock;
  readonly chance: Chance;
  readonly weather: Weather;
  readonly bill: Bill;
  /** Whether scale-in spares agents that are proving. */
  readonly protectsProving: boolean;
  readonly onIdle: (agent: SimulatedAgent) => void;
  readonly onStopped: (agent: SimulatedAgent) => void;
  readonly onGivenBack: (job: SimulatedJob, agent: SimulatedAgent) => void;
}

/** The agents of a pool with one capacity, as an ECS service keeps them: as many as desired. */
export class AgentService {
  readonly pool: SimulatedPool;
  readonly capacity: Capacity;
  desired = 0;
  /** Proofs that scale-in cut off. */
  killedProofs = 0;
  /** When Spot agents were taken back, and when one could not be placed; the newest last. */
  readonly interruptedAtSeconds: number[] = [];
  readonly refusedAtSeconds: number[] = [];
  readonly #context: ServiceContext;
  /** All agents that count towards `desired`. */
  readonly #agents = new Set<SimulatedAgent>();
  /** All agents that are billed, or will be. */
  readonly #unsettled = new Set<SimulatedAgent>();
  #placementsPaidUntilSeconds = -Infinity;

  constructor(pool: SimulatedPool, capacity: Capacity, context: ServiceContext) {
    this.pool = pool;
    this.capacity = capacity;
    this.#context = context;
    if (capacity !== 'spot') return;
    for (const { beginsAtSeconds } of context.weather.droughts) {
      context.clock.at(beginsAtSeconds, () => this.#sufferDrought());
    }
  }

  count(states: (agent: SimulatedAgent) => boolean): number {
    let count = 0;
    for (const agent of this.#agents) if (states(agent)) count += 1;
    return count;
  }

  setDesired(desired: number): void {
    this.desired = desired;
    this.#fill();
  }

  /** Removes the agent if there are more than desired; returns whether it did. */
  takesOut(agent: SimulatedAgent): boolean {
    if (!this.#agents.has(agent)) {
      this.#stop(agent);
      return true;
    }
    if (this.#agents.size <= this.desired) return false;
    this.#stop(agent);
    return true;
  }

  /** The agent ends by itself, without a job, and another takes its place. */
  replace(agent: SimulatedAgent): void {
    this.#stop(agent);
    this.#fill();
  }

  /** Stops everything, so that it is billed. */
  close(): void {
    this.desired = 0;
    for (const agent of this.#unsettled) this.#stop(agent);
  }

  #fill(): void {
    while (this.#agents.size < this.desired) this.#order();
    if (this.#agents.size > this.desired) this.#scaleIn();
  }

  #scaleIn(): void {
    const { protectsProving, chance } = this.#context;
    const notUp = [...this.#agents].filter((agent) => !agent.isUp).reverse();
    const up = [...this.#agents].filter((agent) => agent.isUp && !(protectsProving && agent.state === 'proving'));
    const victims = [...notUp, ...shuffle(up, chance)].slice(0, this.#agents.size - this.desired);
    for (const agent of victims) {
      const { job } = agent;
      this.#stop(agent);
      if (job === undefined) continue;
      this.killedProofs += 1;
      this.#context.clock.after(KILLED_SECONDS, () => this.#context.onGivenBack(job, agent));
    }
  }

  #order(): void {
    const { clock, chance, weather } = this.#context;
    const agent = new SimulatedAgent(this.pool, this.capacity);
    this.#agents.add(agent);
    this.#unsettled.add(agent);
    const paidUntil = Math.max(
      this.#placementsPaidUntilSeconds,
      clock.nowSeconds - PLACEMENT_BURST / PLACEMENTS_PER_SECOND,
    );
    this.#placementsPaidUntilSeconds = paidUntil + 1 / PLACEMENTS_PER_SECOND;
    const delaySeconds = Math.max(0, this.#placementsPaidUntilSeconds - clock.nowSeconds);
    clock.after(delaySeconds + chance.between(...weather.placementSeconds), () => this.#place(agent));
  }

  #place(agent: SimulatedAgent): void {
    const { clock, chance, weather, onIdle } = this.#context;
    if (agent.state !== 'ordered') return;
    if (this.capacity === 'spot' && droughtAt(weather, clock.nowSeconds) !== undefined) {
      this.refusedAtSeconds.push(clock.nowSeconds);
      clock.after(RETRY_SECONDS, () => this.#place(agent));
      return;
    }
    agent.state = 'starting';
    agent.placedAtSeconds = clock.nowSeconds;
    agent.isBroken = weather.brokenShare > 0 && chance.happens(weather.brokenShare);
    clock.after(chance.between(...weather.startSeconds), () => {
      if (agent.state !== 'starting') return;
      agent.state = 'idle';
      onIdle(agent);
    });
    if (this.capacity === 'spot') this.#interruptAfter(agent, chance.waiting(weather.spotLifeSeconds));
    if (weather.agentLifeSeconds < Infinity) {
      clock.after(chance.waiting(weather.agentLifeSeconds), () => this.#lose(agent));
    }
  }

  #sufferDrought(): void {
    const { chance } = this.#context;
    for (const agent of this.#agents) {
      if (agent.placedAtSeconds !== undefined && chance.happens(DROUGHT_TAKES_SHARE)) {
        this.#interruptAfter(agent, chance.between(0, DROUGHT_TAKES_SECONDS));
      }
    }
  }

  #interruptAfter(agent: SimulatedAgent, seconds: number): void {
    if (seconds === Infinity) return;
    this.#context.clock.after(seconds, () => this.#interrupt(agent));
  }

  /** AWS takes it back: a job that cannot be finished in time is released at once, and ECS orders another agent. */
  #interrupt(agent: SimulatedAgent): void {
    const { clock, onGivenBack } = this.#context;
    if (agent.state === 'stopped' || agent.state === 'leaving') return;
    this.interruptedAtSeconds.push(clock.nowSeconds);
    const { job } = agent;
    const leftSeconds = job === undefined ? 0 : agent.jobSinceSeconds + agent.jobSeconds - clock.nowSeconds;
    if (job !== undefined && leftSeconds <= NOTICE_SECONDS) {
      agent.state = 'leaving';
      this.#agents.delete(agent);
    } else {
      this.#stop(agent);
      if (job !== undefined) onGivenBack(job, agent);
    }
    this.#fill();
  }

  #lose(agent: SimulatedAgent): void {
    const { clock, onGivenBack } = this.#context;
    if (agent.state === 'stopped') return;
    const { job } = agent;
    this.#stop(agent);
    if (job !== undefined) clock.after(LEASE_SECONDS, () => onGivenBack(job, agent));
    this.#fill();
  }

  #stop(agent: SimulatedAgent): void {
    const { bill, clock, onStopped } = this.#context;
    if (agent.state === 'stopped') return;
    if (agent.job !== undefined) agent.provingSeconds += clock.nowSeconds - agent.jobSinceSeconds;
    agent.state = 'stopped';
    agent.job = undefined;
    this.#agents.delete(agent);
    this.#unsettled.delete(agent);
    bill.add(agent, clock.nowSeconds);
    onStopped(agent);
  }
}

function shuffle<T>(items: T[], chance: Chance): T[] {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = chance.below(last + 1);
    [items[last], items[other]] = [items[other]!, items[last]!];
  }
  return items;
}
