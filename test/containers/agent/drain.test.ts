import { once } from 'node:events';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Drain } from '../../../containers/agent/drain.ts';
import { interceptCalls } from '../../fixtures/intercept-calls.ts';
import { letFinish, TestFleet, until, untilGone, untilProverAt } from '../../fixtures/test-fleet.ts';

const NO_ATTEMPTS = { 'lost-agent': 0, 'out-of-memory': 0, 'time-out': 0, failure: 0, 'corrupt-inputs': 0 };

describe('the drain time', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('has a share for finishing, then one for giving back, and is over before the process is killed', async () => {
    const stop = new AbortController();
    const drain = new Drain(stop.signal, 20, Date.now);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect([drain.hasBegun(), drain.giveBack.aborted, drain.leave.aborted]).toEqual([false, false, false]);

    stop.abort();
    expect(drain.finishLeftMs()).toBe(17_000);
    await vi.advanceTimersByTimeAsync(16_999);
    expect([drain.hasBegun(), drain.giveBack.aborted, drain.leave.aborted]).toEqual([true, false, false]);
    await vi.advanceTimersByTimeAsync(1);
    expect([drain.giveBack.aborted, drain.leave.aborted]).toEqual([true, false]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(drain.leave.aborted).toBe(true);
  });
});

describe('an agent that is stopped', () => {
  let fleet: TestFleet;

  beforeEach(async () => {
    fleet = await TestFleet.open();
  });

  afterEach(async () => {
    await fleet.close();
  });

  it('SIGTERM: gives back at no cost what it cannot finish, kills its prover, and exits with 0', async () => {
    const marker = fleet.marker('endless');
    const id = await fleet.addJob({ act: 'block', ms: 600_000, marker });
    const child = fleet.startAgentProcess({ drainSeconds: 8 });
    const proverPid = await untilProverAt(marker);

    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];

    expect(code).toBe(0);
    await untilGone(proverPid);
    expect(await fleet.job(id)).toMatchObject({ state: 'queued', attempts: NO_ATTEMPTS });
    expect(await fleet.engine.queue.depths()).toMatchObject([{ waiting: 1, leased: 0 }]);
    fleet.startAgent();
    expect(await fleet.untilState(id, 'proven')).toMatchObject({ attempts: NO_ATTEMPTS });
  });

  it('finishes a proof that ends within the drain time', async () => {
    const marker = fleet.marker('short');
    const id = await fleet.addJob({ act: 'wait', marker });
    const agent = fleet.startAgent({ drainSeconds: 120 });
    await untilProverAt(marker);

    const stopping = agent.stop();
    await letFinish(marker);
    await stopping;

    expect(await fleet.job(id)).toMatchObject({ state: 'proven', provenBy: agent.agentId });
  });

  it('gives a job back at once when its proof cannot be finished in time', async () => {
    let clockIsBackMs = 0;
    const agent = fleet.startAgent({ drainSeconds: 120 }, { nowMs: () => Date.now() - clockIsBackMs });
    await fleet.untilState(await fleet.addJob({ act: 'prove' }), 'proven');
    const marker = fleet.marker('long');
    const id = await fleet.addJob({ act: 'sleep', ms: 600_000, marker });
    await untilProverAt(marker);

    // As if the proof, by what the last one took, had an hour to go.
    clockIsBackMs = 3_600_000;
    await agent.stop();

    expect(await fleet.job(id)).toMatchObject({ state: 'queued', attempts: NO_ATTEMPTS });
    expect(await fleet.engine.queue.depths()).toMatchObject([{ waiting: 1, leased: 0 }]);
  });

  it('gives back at once the job it has claimed ahead, and finishes the one before', async () => {
    const agent = fleet.startAgent({ drainSeconds: 120, prefetch: { leadSeconds: 60, holdSeconds: 60 } });
    await fleet.untilState(await fleet.addJob({ act: 'sleep', ms: 10 }), 'proven');
    const marker = fleet.marker('running');
    const running = await fleet.addJob({ act: 'wait', marker });
    await fleet.untilState(running, 'leased');
    const ahead = await fleet.addJob({ act: 'prove' });
    await fleet.untilState(ahead, 'leased');

    const stopping = agent.stop();
    const givenBack = await fleet.untilState(ahead, 'queued');
    const runningThen = await fleet.job(running);
    await letFinish(marker);
    await stopping;

    expect(givenBack.attempts).toEqual(NO_ATTEMPTS);
    expect(runningThen.state).toBe('leased');
    expect((await fleet.job(running)).state).toBe('proven');
    expect((await fleet.job(ahead)).state).toBe('queued');
  });

  it('counts no attempt when the same signal has ended the prover', async () => {
    const marker = fleet.marker('ended');
    const id = await fleet.addJob({ act: 'sleep', ms: 600_000, marker });
    const agent = fleet.startAgent({ drainSeconds: 120 });
    const proverPid = await untilProverAt(marker);

    const stopping = agent.stop();
    process.kill(proverPid, 'SIGKILL');
    await stopping;

    expect(await fleet.job(id)).toMatchObject({ state: 'queued', attempts: NO_ATTEMPTS });
  });

  it('gives back a job whose proof the store does not take', async () => {
    const putting = Promise.withResolvers<undefined>();
    const engine = interceptCalls(fleet.engine, 'proofs', 'put', () => {
      putting.resolve(undefined);
      return new Promise(() => undefined);
    });
    const id = await fleet.addJob({ act: 'prove' });
    const agent = fleet.startAgent({ drainSeconds: 10 }, { engine });
    await putting.promise;

    await agent.stop();

    expect(await fleet.job(id)).toMatchObject({ state: 'queued', attempts: NO_ATTEMPTS });
    expect(await fleet.engine.queue.depths()).toMatchObject([{ waiting: 1, leased: 0 }]);
  });

  it('gives back at once a job whose inputs do not come', async () => {
    const getting = Promise.withResolvers<undefined>();
    const engine = interceptCalls(fleet.engine, 'proofs', 'get', () => {
      getting.resolve(undefined);
      return new Promise(() => undefined);
    });
    const id = await fleet.addJob({ act: 'prove' });
    const agent = fleet.startAgent({ drainSeconds: 120 }, { engine });
    await getting.promise;

    const stopping = agent.stop();
    const givenBack = await fleet.untilState(id, 'queued');
    await stopping;

    expect(givenBack.attempts).toEqual(NO_ATTEMPTS);
    expect(await fleet.engine.queue.depths()).toMatchObject([{ waiting: 1, leased: 0 }]);
  });

  it('gives back a job whose claim succeeds when it is about to leave', async () => {
    const claimed = Promise.withResolvers<undefined>();
    const response = Promise.withResolvers<undefined>();
    const engine = interceptCalls(fleet.engine, 'jobs', 'claim', async (call) => {
      const answer = await call();
      claimed.resolve(undefined);
      await response.promise;
      return answer;
    });
    const id = await fleet.addJob({ act: 'prove' });
    const agent = fleet.startAgent({ drainSeconds: 10 }, { engine });
    await claimed.promise;

    const stopping = agent.stop();
    await until(
      () => fleet.engine.queue.depths(),
      ([depth]) => depth?.waiting === 1,
    );
    response.resolve(undefined);
    await stopping;

    expect(await fleet.job(id)).toMatchObject({ state: 'queued', attempts: NO_ATTEMPTS });
  });

  it('stops at once when it is idle', async () => {
    const agent = fleet.startAgent({ claimSeconds: 20 });
    await fleet.untilState(await fleet.addJob({ act: 'prove' }), 'proven');

    await agent.stop();

    expect((await fleet.engine.agents.seenWithin(60))[0]?.state).toBe('stopped');
  });
});
