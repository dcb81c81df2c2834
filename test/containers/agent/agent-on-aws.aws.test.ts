import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';

import type { AgentOptions } from '../../../containers/agent/agent-options.ts';
import { runAgent } from '../../../containers/agent/run-agent.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { type EngineOptions, openEngine } from '../../../shared/engine/open-engine.ts';
import { AgentId, RangeId } from '../../../shared/ledger/job-ledger.ts';
import { inputsKey } from '../../../shared/proof-store/proof-store.ts';
import { CIRCUIT_CATALOGUE, type NativeCircuit } from '../../../shared/proving-job/circuit-catalogue.ts';
import { JOB_MESSAGE_VERSION } from '../../../shared/proving-job/job-message.ts';
import { makeProvingJobId, type ProvingJobId, sha256Of } from '../../../shared/proving-job/proving-job-id.ts';
import { openAwsHarness } from '../../contract/aws-harness.ts';
import { TEST_FAMILY_MODULE } from '../../fixtures/test-fleet.ts';
import { epochId } from '../../fixtures/epoch-id.ts';

const EPOCH = epochId(7);

describe('an agent on AWS', () => {
  let options: EngineOptions;
  let node: Engine;
  let logged: { msg: string; level: number }[];
  const ends: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    const { names } = await openAwsHarness(['queues', 'bucket', 'table']);
    const prefix = names.ledgerTable.replace(/-ledger$/, '');
    options = { engine: 'aws', prefix, connection: inject('aws'), leaseSeconds: 30 };
    node = await openEngine(options);
    logged = [];
  });
  afterEach(async () => {
    await Promise.all(ends.splice(0).map((end) => end()));
    await node.close();
  });

  /** As `coppice start --prover-agent` runs one. Ends with its engine closed. */
  function startAgent(name: string, change: Partial<AgentOptions> = {}): () => Promise<void> {
    const stop = new AbortController();
    const log = pino({ level: 'info' }, { write: (line) => void logged.push(JSON.parse(line) as never) });
    const run = async (): Promise<void> => {
      const engine = await openEngine(options, { log });
      try {
        const agent: AgentOptions = {
          agentId: AgentId.parse(name),
          pools: ['medium'],
          networkVersion: '4.1.2',
          families: [{ name: 'aztec', module: TEST_FAMILY_MODULE, options: {} }],
          engineOptions: options,
          drainSeconds: 5,
          claimSeconds: 2,
          ...change,
        };
        await runAgent(agent, { engine, log, signal: stop.signal, nowMs: Date.now });
      } finally {
        await engine.close();
      }
    };
    const ended = run();
    const end = (): Promise<void> => {
      stop.abort();
      return ended;
    };
    ends.push(end);
    return end;
  }

  async function addJob(circuit: NativeCircuit, salt: string): Promise<ProvingJobId> {
    const bytes = Buffer.from(JSON.stringify({ act: 'prove', salt }));
    const id = makeProvingJobId(EPOCH, circuit, sha256Of(bytes));
    const { pool, lane } = CIRCUIT_CATALOGUE[circuit];
    await node.jobs.record({
      id,
      rangeId: RangeId.parse('0x07'),
      circuit,
      pool,
      lane,
      networkVersion: '4.1.2',
      inputs: await node.proofs.put(inputsKey(circuit, id), bytes),
      children: [],
    });
    await node.queue.enqueue([{ v: JOB_MESSAGE_VERSION, jobId: id, circuit, networkVersion: '4.1.2' }]);
    return id;
  }

  const proversOf = async (): Promise<unknown[]> =>
    (await node.jobs.jobsOfEpoch(EPOCH)).map(({ state, provenBy }) => (state === 'proven' ? provenBy : state));

  it('proves jobs of both lanes of its pool, and leaves no message behind when it is stopped', async () => {
    for (const salt of ['a', 'b', 'c']) await addJob('PARITY_BASE', salt);
    await addJob('PARITY_ROOT', 'd');
    const end = startAgent('agent-1');
    await expect.poll(proversOf).toEqual(Array(4).fill('agent-1'));
    await end();
    expect((await node.queue.depths(['medium'])).map(({ waiting, leased }) => waiting + leased)).toEqual([0, 0]);
    expect(await node.agents.seenWithin(60)).toMatchObject([{ agentId: 'agent-1', state: 'stopped', jobsProven: 4 }]);
    expect(logged.filter(({ level }) => level >= 40)).toEqual([]);
  });

  it('is warned once of what several pools cost, and serves them', async () => {
    await addJob('PARITY_BASE', 'a');
    await addJob('ROOT_ROLLUP', 'b');
    startAgent('agent-1', { pools: ['large', 'medium', 'small'] });
    await expect.poll(proversOf).toEqual(['agent-1', 'agent-1']);
    expect(logged.filter(({ level }) => level >= 40).map(({ msg }) => msg)).toEqual([
      expect.stringContaining('this agent polls the queues of 3 pools (large, medium, small): while idle it pays for'),
    ]);
  });

  it('leaves jobs of other circuits to the agent that takes them', async () => {
    startAgent('choosy', { circuits: ['PARITY_ROOT'] });
    await expect.poll(() => node.agents.seenWithin(60)).toMatchObject([{ state: 'idle' }]);
    for (const salt of ['a', 'b', 'c']) await addJob('PARITY_BASE', salt);
    startAgent('keen', { circuits: ['PARITY_BASE'] });
    await expect.poll(proversOf).toEqual(Array(3).fill('keen'));
  });
});
