import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  AgentId,
  type JobLease,
  type JobLedger,
  type JobTally,
  type NewJob,
  RangeId,
} from '../../shared/ledger/job-ledger.ts';
import { tallyOf } from '../../shared/ledger/job-tally.ts';
import { outputsKey } from '../../shared/proof-store/proof-store.ts';
import { CircuitName } from '../../shared/proving-job/circuit-catalogue.ts';
import { circuitNamedBy, sha256Of } from '../../shared/proving-job/proving-job-id.ts';
import { epochId } from '../fixtures/epoch-id.ts';
import { SeededRandom } from '../shared/merge-tree/seeded-random.ts';
import { aNewJob } from './a-new-job.ts';
import type { JobLedgerHarness } from './job-ledger.contract.ts';

const EPOCH = epochId(7);
const RANGES = ['0xa1', '0xb2'].map((range) => RangeId.parse(range));
const AGENTS = ['alice', 'bob', 'carol'].map((agent) => AgentId.parse(agent));
/** The last is one that no catalogue knows, as official nodes may bring. */
const CIRCUITS = ['CANARY_LEAF', 'INBOX_PARITY', 'WONDER_ROLLUP'].map((name) => CircuitName.parse(name));
const LEASE_SECONDS = 60;

/** What a ledger counts equals what its records say, whatever happens to the jobs. */
export function describeJobTallyContract(adapter: string, open: () => Promise<JobLedgerHarness>, steps = 120): void {
  describe(`job tally contract: ${adapter}`, () => {
    let harness: JobLedgerHarness;
    let jobs: JobLedger;
    beforeEach(async () => {
      harness = await open();
      jobs = harness.jobs;
    });
    afterEach(() => harness.close());

    it('counts nothing of an epoch without jobs', async () => {
      expect(await jobs.tally(EPOCH, RANGES[0]!)).toEqual(new Map());
    });

    it.each([1, 2])('equals the records after every arrow (seed %i)', async (seed) => {
      const story = new Story(harness, new SeededRandom(seed));
      for (let step = 0; step < steps; step += 1) {
        const what = await story.next();
        await expectTallies(`seed ${seed}, step ${step}: ${what}`);
      }
    });

    it('equals the records after claims, proofs and cancellations that race', async () => {
      const recorded = Array.from({ length: 12 }, (_, index) => newJob(CIRCUITS[index % 3]!, RANGES[index % 2]!));
      await Promise.all(recorded.map((job) => jobs.record(job)));
      const claims = await Promise.all(
        recorded.flatMap(({ id }) => AGENTS.map((agent) => jobs.claim(id, agent, LEASE_SECONDS))),
      );
      const leases = claims.flatMap((claim) => (claim.outcome === 'claimed' ? [claim.lease] : []));
      expect(leases).toHaveLength(recorded.length);
      await expectTallies('claimed');
      await Promise.all([
        ...leases.slice(0, 8).map((lease) => jobs.markProven(proofBy(lease))),
        ...leases.slice(4).map((lease) => jobs.fail(lease, 'failure', 'a race').catch(() => undefined)),
        jobs.cancelEpoch(EPOCH, 'a race', RANGES[1]!),
      ]);
      await expectTallies('settled');
    });

    it('names some proven jobs of a circuit, as many as asked for', async () => {
      const proven = Array.from({ length: 5 }, () => newJob('CANARY_LEAF', RANGES[0]!));
      const others = [
        newJob('CANARY_LEAF', RANGES[0]!),
        newJob('CANARY_ROOT', RANGES[0]!),
        newJob('CANARY_LEAF', RANGES[1]!),
      ];
      for (const job of [...proven, ...others]) await jobs.record(job);
      for (const job of [...proven, ...others.slice(1)]) await jobs.markProven(proofBy(await leaseOf(job)));
      const some = async (most: number): Promise<readonly string[]> =>
        (await jobs.someProven(EPOCH, RANGES[0]!, 'CANARY_LEAF', most)).map(({ id }) => id);
      expect((await some(9)).toSorted()).toEqual(proven.map(({ id }) => id as string).toSorted());
      expect(await some(2)).toHaveLength(2);
      expect(proven.map(({ id }) => id)).toEqual(expect.arrayContaining([...(await some(2))]));
      expect((await jobs.someProven(EPOCH, RANGES[0]!, 'CANARY_LEAF', 1))[0]).toEqual(
        await jobs.find((await some(1))[0] as NewJob['id']),
      );
    });

    async function leaseOf({ id }: NewJob): Promise<JobLease> {
      const claim = await jobs.claim(id, AGENTS[0]!, LEASE_SECONDS);
      return claim.outcome === 'claimed' ? claim.lease : expect.fail(claim.outcome);
    }

    async function expectTallies(when: string): Promise<void> {
      const records = await jobs.jobsOfEpoch(EPOCH);
      for (const range of RANGES) {
        expect(inOrder(await jobs.tally(EPOCH, range)), when).toEqual(inOrder(tallyOf(records, range)));
      }
    }
  });
}

/** Takes one random step after the other: each of the ledger's arrows, on any of its jobs. */
class Story {
  readonly #harness: JobLedgerHarness;
  readonly #random: SeededRandom;
  readonly #recorded: NewJob[] = [];
  readonly #leases: JobLease[] = [];

  constructor(harness: JobLedgerHarness, random: SeededRandom) {
    this.#harness = harness;
    this.#random = random;
  }

  async next(): Promise<string> {
    const { jobs } = this.#harness;
    const random = this.#random;
    const range = random.pick(RANGES);
    if (this.#recorded.length < 4) return await this.#record(newJob(random.pick(CIRCUITS), range));
    const job = random.pick(this.#recorded);
    const lease = this.#leases.length === 0 ? undefined : random.pick(this.#leases);
    const steps: Record<string, () => Promise<unknown>> = {
      record: () => this.#record(newJob(random.pick(CIRCUITS), range)),
      'record again': () => jobs.record({ ...job, rangeId: range }),
      markEnqueued: () => jobs.markEnqueued([job.id]),
      claim: () => this.#claim(job),
      'claim once more': () => this.#claim(job),
      askForCopy: async () => lease && (await jobs.askForCopy(lease)),
      extend: async () => lease && (await jobs.extend(lease, LEASE_SECONDS).catch(() => undefined)),
      fail: async () => lease && (await jobs.fail(lease, 'failure', 'bb exited with 1').catch(() => undefined)),
      move: async () => lease && (await jobs.fail(lease, 'out-of-memory', 'killed', 'large').catch(() => undefined)),
      release: async () => lease && (await jobs.release(lease)),
      prove: async () => lease && (await jobs.markProven(proofBy(lease))),
      reopen: async () => await jobs.reopen((await jobs.find(job.id))!, 'its proof was lost'),
      reject: () => jobs.reject(job.id, 'a dead letter'),
      revive: () => jobs.revive(job.id),
      elapse: () => this.#harness.elapse(LEASE_SECONDS),
      ...(random.below(4) === 0 && {
        cancelEpoch: () => jobs.cancelEpoch(EPOCH, 'reorged away', range),
        reviveRejected: () => jobs.reviveRejected(EPOCH, range),
      }),
    };
    const name = random.pick(Object.keys(steps));
    await steps[name]!();
    return `${name} ${job.id}`;
  }

  async #record(job: NewJob): Promise<string> {
    this.#recorded.push(job);
    await this.#harness.jobs.record(job);
    return `record ${job.id}`;
  }

  async #claim({ id }: NewJob): Promise<void> {
    const claim = await this.#harness.jobs.claim(id, this.#random.pick(AGENTS), LEASE_SECONDS);
    if (claim.outcome === 'claimed') this.#leases.push(claim.lease);
  }
}

function newJob(circuit: CircuitName, rangeId: RangeId): NewJob {
  return aNewJob(circuit, { epochId: EPOCH, rangeId });
}

function proofBy({ jobId, agentId, claimedAtMs }: JobLease): Parameters<JobLedger['markProven']>[0] {
  const bytes = new TextEncoder().encode(`proof of ${jobId}`);
  const key = outputsKey(CircuitName.parse(circuitNamedBy(jobId)), jobId);
  return {
    jobId,
    agentId,
    proof: { key, sha256: sha256Of(bytes), sizeBytes: bytes.byteLength },
    provingMs: 1,
    claimedAtMs,
  };
}

function inOrder(tally: JobTally): unknown {
  return [...tally]
    .map(([circuit, { leased, queued, ...counts }]) => ({
      circuit,
      ...counts,
      queued: [...queued].toSorted(),
      leased: leased.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    }))
    .toSorted((a, b) => (a.circuit < b.circuit ? -1 : 1));
}
