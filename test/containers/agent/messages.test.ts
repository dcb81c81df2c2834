import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import { makeProvingJobId, ProvingJobId, sha256Of } from '../../../shared/proving-job/proving-job-id.ts';
import { letFinish, TEST_FAMILY_MODULE, TestFleet, until } from '../../fixtures/test-fleet.ts';
import { epochId } from '../../fixtures/epoch-id.ts';

const UNKNOWN_JOB = makeProvingJobId(epochId(9), 'PARITY_BASE', sha256Of(Buffer.from('of nobody')));
const FOREIGN_CIRCUIT_JOB = ProvingJobId.parse(UNKNOWN_JOB.replace('PARITY_BASE', 'PARITY_BOSS'));

describe('messages that an agent receives', () => {
  let fleet: TestFleet;

  beforeEach(async () => {
    fleet = await TestFleet.open();
  });

  afterEach(async () => {
    await fleet.close();
  });

  it('a message that comes twice while another agent proves the job: it is proven once', async () => {
    const marker = fleet.marker('held');
    const id = await fleet.addJob({ act: 'wait', marker });
    const first = fleet.startAgent();
    await fleet.untilState(id, 'leased');
    const second = fleet.startAgent();
    await fleet.ring(id);
    await until(
      () => fleet.engine.queue.depths(),
      (depths) => depths.some(({ leased, waiting }) => leased === 2 && waiting === 0),
    );

    await letFinish(marker);
    const record = await fleet.untilState(id, 'proven');
    await Promise.all([first.stop(), second.stop()]);

    expect(record.provenBy).toBe(first.agentId);
    expect(Object.values(record.attempts)).toEqual([0, 0, 0, 0, 0]);
    expect((await fleet.engine.agents.seenWithin(60)).map(({ jobsProven }) => jobsProven).sort()).toEqual([0, 1]);
  });

  it('a message of a job that is already proven is completed', async () => {
    const id = await fleet.addJob({ act: 'prove' });
    const agent = fleet.startAgent();
    const before = await fleet.untilState(id, 'proven');

    await fleet.ring(id);
    await until(
      () => fleet.engine.queue.depths(),
      (depths) => depths.length === 0,
    );
    await agent.stop();

    expect(await fleet.job(id)).toEqual(before);
  });

  it('a message of a job that the ledger does not know is parked, and the operator is notified', async () => {
    await fleet.ring(UNKNOWN_JOB);
    const id = await fleet.addJob({ act: 'prove' });
    fleet.startAgent();

    await fleet.untilState(id, 'proven');

    const reason = `the ledger does not know proving job ${UNKNOWN_JOB}: it was sent by another fleet`;
    expect(await fleet.engine.queue.deadLetters()).toMatchObject([{ reason }]);
    expect(await fleet.engine.incidents.latest(10)).toMatchObject([
      { kind: 'parked-message', subject: UNKNOWN_JOB, message: reason },
    ]);
  });

  it.each([
    ['another circuit than its job', UNKNOWN_JOB],
    ['a job of an unknown circuit', FOREIGN_CIRCUIT_JOB],
  ])('a message that names %s is parked', async (_, jobId) => {
    await fleet.ring(jobId, 'ROOT_ROLLUP');
    const id = await fleet.addJob({ act: 'prove' });
    fleet.startAgent();

    await fleet.untilState(id, 'proven');

    expect(await fleet.engine.queue.deadLetters()).toMatchObject([
      { reason: `the message names circuit ROOT_ROLLUP, its job id another: ${jobId}` },
    ]);
  });

  it('jobs of a family that it cannot prove are left to other agents', async () => {
    const id = await fleet.addJob({ act: 'prove' }, 'TX_MERGE_ROLLUP');
    const leafId = await fleet.addJob({ act: 'prove' }, 'CANARY_LEAF');
    const canary = fleet.startAgent({ families: [{ name: 'canary', module: TEST_FAMILY_MODULE, options: {} }] });

    expect((await fleet.untilState(leafId, 'proven')).provenBy).toBe(canary.agentId);
    const other = fleet.startAgent();
    expect((await fleet.untilState(id, 'proven')).provenBy).toBe(other.agentId);
    expect(await fleet.engine.queue.deadLetters()).toEqual([]);
  });

  it('the version that it checks is that of the family', async () => {
    await fleet.ring(UNKNOWN_JOB.replace('PARITY_BASE', 'CANARY_LEAF') as ProvingJobId, 'CANARY_LEAF');
    const id = await fleet.addJob({ act: 'prove' });
    const canary = { name: 'canary', version: 'canary-1', module: TEST_FAMILY_MODULE, options: {} };
    const agent = fleet.startAgent({ families: [...fleet.agentOptions().families, canary] });

    await fleet.untilState(id, 'proven');
    await agent.stop();

    expect(await fleet.engine.incidents.latest(10)).toMatchObject([
      {
        kind: 'foreign-version',
        message: `left a job of network version 4.1.2 for an agent of that version; agent ${agent.agentId} proves for canary-1: start agents of 4.1.2`,
      },
    ]);
  });

  it('jobs of another network version are left for agents of that version, and reported once', async () => {
    await fleet.ring(UNKNOWN_JOB, 'PARITY_BASE', { networkVersion: '5.0.0' });
    const other = makeProvingJobId(epochId(9), 'PARITY_BASE', sha256Of(Buffer.from('of nobody either')));
    await fleet.ring(other, 'PARITY_BASE', { networkVersion: '5.0.0' });
    const id = await fleet.addJob({ act: 'prove' });
    const agent = fleet.startAgent();

    await fleet.untilState(id, 'proven');
    await agent.stop();

    expect(await fleet.engine.queue.deadLetters()).toEqual([]);
    expect(await fleet.engine.queue.depths()).toMatchObject([{ leased: 2, waiting: 0 }]);
    expect(await fleet.engine.incidents.latest(10)).toMatchObject([
      {
        kind: 'foreign-version',
        message: `left a job of network version 5.0.0 for an agent of that version; agent ${agent.agentId} proves for 4.1.2: start agents of 5.0.0`,
      },
    ]);
    expect((await fleet.engine.agents.seenWithin(60))[0]?.note).toBe(
      'left a job of network version 5.0.0 for an agent of that version',
    );
  });

  it('jobs of circuits that it does not prove are left to other agents', async () => {
    const id = await fleet.addJob({ act: 'prove' }, 'PARITY_BASE');
    const rootId = await fleet.addJob({ act: 'prove' }, 'PARITY_ROOT');
    const picky = fleet.startAgent({ circuits: ['PARITY_ROOT'] });

    expect((await fleet.untilState(rootId, 'proven')).provenBy).toBe(picky.agentId);
    const other = fleet.startAgent();
    expect((await fleet.untilState(id, 'proven')).provenBy).toBe(other.agentId);
    expect(await fleet.engine.queue.deadLetters()).toEqual([]);
  });

  it('a job of a circuit that it does not know is left to other agents, and costs nothing', async () => {
    const unknownId = await fleet.addJob({ act: 'prove' }, CircuitName.parse('WONDER_ROLLUP'));
    const id = await fleet.addJob({ act: 'prove' });
    fleet.startAgent();

    await fleet.untilState(id, 'proven');
    const { state, attempts } = await fleet.untilState(unknownId, 'queued');
    expect({ state, lost: Object.values(attempts) }).toEqual({ state: 'queued', lost: [0, 0, 0, 0, 0] });
    expect(await fleet.engine.queue.deadLetters()).toEqual([]);
  });
});
