import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findFreePort } from '../../../containers/local-fleet/find-free-port.ts';
import { AgentUnfitError } from '../../../containers/agent/errors.ts';
import { outputsKey } from '../../../shared/proof-store/proof-store.ts';
import { letFinish, TEST_FAMILY_MODULE, TestFleet, until } from '../../fixtures/test-fleet.ts';

describe('an agent at work', () => {
  let fleet: TestFleet;

  beforeEach(async () => {
    fleet = await TestFleet.open();
  });

  afterEach(async () => {
    await fleet.close();
  });

  it('proves a job: its proof is in the store, its record proven, its message gone', async () => {
    const agent = fleet.startAgent();
    const id = await fleet.addJob({ act: 'prove', salt: 'one' });

    const record = await fleet.untilState(id, 'proven');
    await agent.stop();

    expect(record.provenBy).toBe(agent.agentId);
    expect(record.proof?.key).toBe(outputsKey('PARITY_BASE', id));
    expect(JSON.parse(Buffer.from(await fleet.engine.proofs.get(record.proof!)).toString())).toMatchObject({
      circuit: 'PARITY_BASE',
      salt: 'one',
    });
    expect(record.provingMs).toBeGreaterThan(0);
    expect(record.claimedAtMs).toBeLessThanOrEqual(record.settledAtMs!);
    expect(await fleet.engine.queue.depths()).toEqual([]);
  });

  it('shares many jobs with another agent, each proven once', async () => {
    // Each agent holds one of the first two, so both are at work when the others come.
    const markers = [fleet.marker('first'), fleet.marker('second')];
    const held = await Promise.all(markers.map((marker) => fleet.addJob({ act: 'wait', marker })));
    const agents = [fleet.startAgent(), fleet.startAgent()];
    for (const id of held) await fleet.untilState(id, 'leased');
    const others = await Promise.all(Array.from({ length: 58 }, () => fleet.addJob({ act: 'sleep', ms: 5 })));
    for (const marker of markers) await letFinish(marker);

    const ids = [...held, ...others];
    const records = await Promise.all(ids.map((id) => fleet.untilState(id, 'proven')));
    await Promise.all(agents.map((agent) => agent.stop()));

    const seen = await fleet.engine.agents.seenWithin(60);
    expect(seen.map(({ jobsProven }) => jobsProven).reduce((sum, count) => sum + count)).toBe(ids.length);
    for (const { agentId } of agents) expect(records.some(({ provenBy }) => provenBy === agentId)).toBe(true);
    for (const { attempts } of records) expect(Object.values(attempts)).toEqual([0, 0, 0, 0, 0]);
    expect(await fleet.engine.incidents.latest(10)).toEqual([]);
    expect(await fleet.engine.queue.depths()).toEqual([]);
  });

  it('reports its state to the fleet', async () => {
    const agent = fleet.startAgent();
    const reported = async (): Promise<unknown> =>
      (await fleet.engine.agents.seenWithin(60)).find(({ agentId }) => agentId === agent.agentId);
    await until(reported, (record) => (record as { state?: string } | undefined)?.state === 'idle');

    const marker = fleet.marker('under-way');
    const id = await fleet.addJob({ act: 'wait', marker });
    const proving = await until(reported, (record) => (record as { jobId?: string }).jobId === id);
    expect(proving).toMatchObject({ state: 'proving', pid: process.pid, family: 'aztec', networkVersion: '4.1.2' });
    await letFinish(marker);
    await fleet.untilState(id, 'proven');
    await agent.stop();

    const stopped = await reported();
    expect(stopped).toMatchObject({ state: 'stopped', jobsProven: 1 });
    expect(stopped).not.toHaveProperty('jobId');
  });

  it('says on its port whether it takes jobs', async () => {
    const port = await findFreePort();
    const agent = fleet.startAgent({ port });
    const ready = async (): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
      return response === undefined ? '' : `${response.status} ${await response.text()}`;
    };
    await until(ready, (page) => page === '200 agent: ok\n');
    await agent.stop();
    expect(await ready()).toBe('');
  });

  it('claims nothing on an unfit machine, and says what to do', async () => {
    const id = await fleet.addJob({ act: 'prove' });
    const problems = ['bb is of version 5: set BB_BINARY_PATH to another', 'there is no acvm: install one'];
    const agent = fleet.startAgent({
      families: [{ name: 'aztec', module: TEST_FAMILY_MODULE, options: { problems } }],
    });

    const error = await agent.ended.catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(AgentUnfitError);
    expect((error as AgentUnfitError).problems).toEqual(problems);
    expect((await fleet.job(id)).state).toBe('queued');
    const [record] = await fleet.engine.agents.seenWithin(60);
    expect(record).toMatchObject({ state: 'stopped', note: `the agent cannot work here: ${problems.join('; ')}` });
  });

  it('fails when its family does not load', async () => {
    const module = new URL('./no-such-family.ts', import.meta.url).href;
    const agent = fleet.startAgent({ families: [{ name: 'aztec', module, options: {} }] });

    await expect(agent.ended).rejects.toThrow(/the prover family aztec does not load: .*no-such-family/);
  });

  it('refuses to start with pools that hold none of its circuits', async () => {
    const agent = fleet.startAgent({ pools: ['small'], circuits: ['ROOT_ROLLUP'] });

    await expect(agent.ended).rejects.toThrow(
      'the agent cannot work here: the pools small hold none of its circuits (ROOT_ROLLUP): give it pools that do',
    );
  });
});
