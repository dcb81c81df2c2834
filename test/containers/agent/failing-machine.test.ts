import { rm, writeFile } from 'node:fs/promises';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { AgentOptions } from '../../../containers/agent/agent-options.ts';
import { AgentUnfitError } from '../../../containers/agent/errors.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import type { AgentRecord } from '../../../shared/ledger/agent-registry.ts';
import { DEFAULT_ATTEMPT_BUDGETS } from '../../../shared/ledger/job-ledger.ts';
import type { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';
import { interceptCalls } from '../../fixtures/intercept-calls.ts';
import {
  letFinish,
  TEST_FAMILY_MODULE,
  type TestAgent,
  TestFleet,
  until,
  untilProverAt,
} from '../../fixtures/test-fleet.ts';

describe('an agent on a machine that fails every job', () => {
  let fleet: TestFleet;
  let broken: string;

  beforeEach(async () => {
    // So large that no job is rejected while the machine is broken.
    fleet = await TestFleet.open({ attemptBudgets: { ...DEFAULT_ATTEMPT_BUDGETS, failure: 1000 } });
    broken = fleet.marker('broken');
  });

  afterEach(async () => {
    await fleet.close();
  });

  const startBroken = (change: Partial<AgentOptions> = {}, engine?: Engine): TestAgent =>
    fleet.startAgent(
      { families: [{ name: 'aztec', module: TEST_FAMILY_MODULE, options: { brokenBy: broken } }], ...change },
      engine && { engine },
    );

  const recordOf = async ({ agentId }: TestAgent): Promise<AgentRecord | undefined> =>
    (await fleet.engine.agents.seenWithin(60)).find((agent) => agent.agentId === agentId);

  const untilReported = (agent: TestAgent, isSo: (record: AgentRecord) => boolean): Promise<unknown> =>
    until(
      () => recordOf(agent),
      (record) => record !== undefined && isSo(record),
    );

  const addJobs = async (count: number): Promise<ProvingJobId[]> => {
    const ids: ProvingJobId[] = [];
    for (let index = 0; index < count; index += 1) ids.push(await fleet.addJob({ act: 'prove' }));
    return ids;
  };

  it('fails three, finds out why, and ends as unfit', async () => {
    const agent = startBroken();
    await untilReported(agent, ({ state }) => state === 'idle');
    await writeFile(broken, '/tmp is full: make room\n');
    const ids = await addJobs(6);

    const error = await agent.ended.catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(AgentUnfitError);
    expect((error as AgentUnfitError).problems).toEqual(['/tmp is full: make room']);
    expect(await recordOf(agent)).toMatchObject({
      state: 'stopped',
      note: 'the agent cannot work here: /tmp is full: make room',
    });
    const jobs = await Promise.all(ids.map((id) => fleet.job(id)));
    expect(jobs.map(({ state }) => state)).toEqual(ids.map(() => 'queued'));
    expect(jobs.filter(({ attempts }) => attempts.failure > 0)).toHaveLength(3);
    expect(await fleet.engine.incidents.latest(10)).toMatchObject([
      {
        kind: 'failing-agent',
        subject: agent.agentId,
        message: expect.stringContaining('3 jobs in a row have failed on it') as string,
      },
    ]);
  });

  it('claims nothing for a while when the check finds nothing, says so, and leaves the jobs to others', async () => {
    await writeFile(broken, '');
    const agent = startBroken({ doubtPauses: { firstMs: 3_600_000 } });
    const ids = await addJobs(6);

    await untilReported(agent, ({ state, note }) => state === 'idle' && /tries one job after 3600 s/.test(note ?? ''));
    const other = fleet.startAgent();
    for (const id of ids) expect(await fleet.untilState(id, 'proven')).toMatchObject({ provenBy: other.agentId });

    await agent.stop();
  });

  it('tries one job at a time after each pause, and works as usual once it has proven one', async () => {
    await writeFile(broken, '');
    const agent = startBroken({ doubtPauses: { firstMs: 1, longestMs: 1 } });
    const ids = await addJobs(4);
    const incidents = await until(
      () => fleet.engine.incidents.latest(100),
      (seen) => seen.length >= 3,
    );
    await rm(broken);
    for (const id of ids) await fleet.untilState(id, 'proven');
    await untilReported(agent, ({ note }) => note === undefined);
    await agent.stop();

    expect(incidents.at(-1)?.message).toMatch(/^3 jobs in a row have failed on it/);
    expect(incidents.at(-2)?.message).toMatch(/^the job that it tried has failed as well/);
  });

  it('does not try a job again that failed on it while another agent could', async () => {
    const busyWith = fleet.marker('busy');
    await fleet.addJob({ act: 'wait', marker: busyWith });
    const other = fleet.startAgent({ prefetch: false });
    await untilProverAt(busyWith);
    await untilReported(other, ({ state }) => state === 'proving');

    await writeFile(broken, '');
    const id = await fleet.addJob({ act: 'prove' });
    let releases = 0;
    const counting = interceptCalls(fleet.engine, 'queue', 'release', (call) => {
      releases += 1;
      return call();
    });
    startBroken({}, counting);
    // The first is its failure; the second is that it does not claim the job again.
    await until(
      async () => releases >= 2 || (await fleet.job(id)).attempts.failure > 1,
      (isSo) => isSo,
    );
    await letFinish(busyWith);

    expect(await fleet.untilState(id, 'proven')).toMatchObject({ provenBy: other.agentId, attempts: { failure: 1 } });
  });
});
