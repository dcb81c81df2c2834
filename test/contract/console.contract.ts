import { request } from 'node:http';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';

import { Agents } from '../../containers/console/api/agents.ts';
import { Failure } from '../../containers/console/api/answer.ts';
import { Decisions } from '../../containers/console/api/decisions.ts';
import { EpochDetails } from '../../containers/console/api/epoch.ts';
import { EpochCost } from '../../containers/console/api/epoch-cost.ts';
import { EpochJobs } from '../../containers/console/api/epoch-jobs.ts';
import { Epochs } from '../../containers/console/api/epochs.ts';
import { Fleet } from '../../containers/console/api/fleet.ts';
import { Incidents } from '../../containers/console/api/incidents.ts';
import { JobStory } from '../../containers/console/api/job.ts';
import { Secret } from '../../shared/config/secret.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { type JobRecord, RangeId } from '../../shared/ledger/job-ledger.ts';
import { noteWatchedNode } from '../../shared/ledger/watched-nodes.ts';
import { EpochNumber } from '../../shared/proving-job/epoch-id.ts';
import { epochId, ROLLUP } from '../fixtures/epoch-id.ts';
import { SEEDED_EPOCH, seedFleet } from '../fixtures/seed-fleet.ts';
import { type StartedConsole, startConsole } from '../fixtures/start-console.ts';
import { aNewJob } from './a-new-job.ts';
import type { EngineHarness } from './engine-harness.ts';

const RESOURCES: Readonly<Record<string, z.ZodType>> = {
  fleet: Fleet,
  epochs: Epochs,
  'epochs/7': EpochDetails,
  'epochs/7/jobs': EpochJobs,
  'epochs/7/cost': EpochCost,
  agents: Agents,
  decisions: Decisions,
  incidents: Incidents,
};

/** What no response may ever hold, wherever the fleet has it. */
const SENTINEL = 'SENTINEL';

export function describeConsole(engineName: string, open: () => Promise<EngineHarness>): void {
  describe(`the console of a fleet: ${engineName}`, () => {
    let harness: EngineHarness;
    let engine: Engine;
    let jobs: readonly JobRecord[];
    let server: StartedConsole;
    beforeAll(async () => {
      harness = await open();
      engine = harness.engine;
      jobs = await seedFleet(harness);
      await decide(engine, harness);
      server = await startConsole(engine, { etherDollars: 3000 }, { nowMs: () => harness.nowMs() });
    });
    afterAll(async () => {
      await server.stop();
      await harness.close();
    });

    const get = (path: string, init?: RequestInit): Promise<Response> =>
      fetch(new URL(`api/${path}`, server.url), init);
    async function read<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>> {
      const response = await get(path);
      const body = await response.text();
      expect(response.status, body).toBe(200);
      return schema.parse(JSON.parse(body));
    }

    it.each(Object.entries(RESOURCES))('shows %s by its schema, and nothing besides', async (path, schema) => {
      const body: unknown = await (await get(path)).json();
      expect(schema.parse(body)).toEqual(body);
    });

    it('shows the fleet at a glance', async () => {
      expect(await read('fleet', Fleet)).toMatchObject({
        atMs: harness.nowMs(),
        place: 'a test',
        engine: engine.disks === undefined ? 'aws' : 'embedded',
        aztecVersions: ['4.1.2'],
        agents: {
          total: 2,
          proving: 1,
          byPool: [
            { pool: 'small', agents: 2, proving: 1 },
            { pool: 'medium', agents: 2, proving: 1 },
          ],
        },
        openEpochs: [{ id: SEEDED_EPOCH, name: '7' }],
      });
    });

    it('shows the epochs, each with its counts and when its root will be proven', async () => {
      const { epochs, atMs } = await read('epochs', Epochs);
      expect(epochs).toMatchObject([
        { id: SEEDED_EPOCH, name: '7', state: 'proving', jobs: { expected: 6, done: 3, running: 1, waiting: 1 } },
      ]);
      const { earlyAtMs = NaN, likelyAtMs = NaN, lateAtMs = NaN, chanceInTime } = epochs[0]?.prediction ?? {};
      expect([atMs, earlyAtMs, likelyAtMs, lateAtMs]).toEqual(
        [atMs, earlyAtMs, likelyAtMs, lateAtMs].toSorted((a, b) => a - b),
      );
      expect(chanceInTime).toBeGreaterThan(0.9);
    });

    it('explains an epoch: what its root waits for, and what would help', async () => {
      const { chain, remedies, levels, epoch } = await read('epochs/latest', EpochDetails);
      expect(epoch.jobs).toMatchObject({ expected: 6, done: 3, running: 1, waiting: 1 });
      expect(levels.flatMap(({ circuits }) => circuits).map(({ circuit }) => circuit)).toContain('PARITY_BASE');
      expect(chain.at(-1)).toMatchObject({ circuit: 'ROOT_ROLLUP', state: 'unasked' });
      expect(remedies.map(({ text }) => text).join()).toContain('check agent agent-1');
    });

    it('shows the merge tree as columns, whose places fit together', async () => {
      const { circuits, states, agents, columns, lostAttempts, workLeft } = await read('epochs/7/jobs', EpochJobs);
      const shown = columns.circuit.map((circuit, place) => ({
        circuit: circuits[circuit]?.circuit,
        state: states[columns.state[place] ?? -1],
        agent: agents[columns.agent[place] ?? -1],
        parent: circuits[columns.circuit[columns.parent[place] ?? -1] ?? -1]?.circuit,
      }));
      const ofCircuit = (circuit: string): unknown => shown.find((job) => job.circuit === circuit);
      expect(shown).toHaveLength(jobs.length);
      expect(ofCircuit('PARITY_BASE')).toMatchObject({ state: 'proven', agent: 'agent-1', parent: 'PARITY_ROOT' });
      expect(ofCircuit('CHECKPOINT_PADDING_ROLLUP')).toMatchObject({ state: 'queued', agent: undefined });
      expect(lostAttempts).toEqual([
        { job: shown.findIndex(({ circuit }) => circuit === 'CHECKPOINT_PADDING_ROLLUP'), attempts: 1 },
      ]);
      expect(columns.claimedMs.filter((time) => time !== null)).toHaveLength(4);
      expect(workLeft.seconds[0]).toBeGreaterThan(workLeft.seconds.at(-1) ?? Infinity);
      expect(workLeft.seconds.at(-1)).toBeGreaterThan(0);
    });

    it('shows the story of a job, by its id or the beginning of it', async () => {
      const base = jobs.find(({ circuit }) => circuit === 'PARITY_BASE')!;
      const story = await read(`jobs/${encodeURIComponent(base.id)}`, JobStory);
      expect(story).toMatchObject({
        jobId: base.id,
        state: 'proven',
        provenBy: 'agent-1',
        provingMs: 1500,
        children: [],
      });
      expect(story.above.map(({ circuit }) => circuit)).toEqual([
        'PARITY_ROOT',
        'BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP',
        'CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP',
      ]);
      const padding = await read('jobs/7:CHECKPOINT_PADDING_ROLLUP', JobStory);
      expect(padding).toMatchObject({
        state: 'queued',
        lostAttempts: [{ cause: 'out-of-memory', attempts: 1, agentIds: ['agent-2'] }],
        reason: 'bb was killed: out of memory',
      });
    });

    it('shows what each agent proves, and how busy it is', async () => {
      const { agents } = await read('agents', Agents);
      expect(agents).toMatchObject([
        {
          agentId: 'agent-1',
          state: 'proving',
          job: { circuit: 'CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP', epochName: '7', sinceMs: harness.nowMs() - 33_000 },
        },
        { agentId: 'agent-2', state: 'idle', busyShare: 0, note: 'the last prover ran out of memory' },
      ]);
      expect(agents[0]?.busyShare).toBeGreaterThan(0.3);
      expect(agents[0]?.busyShare).toBeLessThan(0.6);
    });

    it('shows decisions of the hours asked for, and incidents', async () => {
      const { submissions, scaling } = await read('decisions?hours=2', Decisions);
      expect(submissions.map(({ choice }) => choice)).toEqual(['submit']);
      expect(scaling).toEqual([]);
      const { incidents } = await read('incidents', Incidents);
      expect(incidents).toMatchObject([{ kind: 'late-proof', message: 'agent-2 lost its lease before' }]);
    });

    it.each([
      ['epochs/8', 404, 'unknown-epoch', 'epoch 8 is not in the ledger: the newest is 7'],
      ['epochs/seven', 400, 'bad-request', "invalid epoch 'seven': give its number, its id, or latest"],
      ['epochs/%', 400, 'bad-request', 'the path is malformed: a % must be followed by two digits'],
      ['jobs/7:PARITY_BASE:00', 404, 'unknown-job', 'coppice jobs 7 lists the jobs of the epoch'],
      ['jobs/7', 400, 'bad-request', "invalid job '7'"],
      ['decisions?hours=0', 400, 'bad-request', 'hours must be a whole number from 1 to 72'],
      ['epochs/7/parts', 404, 'unknown-page', '/api/epochs/7/parts does not exist'],
      ['secrets', 404, 'unknown-page', '/api/secrets does not exist'],
    ])('says what is wrong with /api/%s', async (path, status, code, message) => {
      const response = await get(path);
      expect(response.status).toBe(status);
      const { error } = Failure.parse(await response.json());
      expect(error.code).toBe(code);
      expect(error.message).toContain(message);
    });

    it('sends a response again only when it has changed', async () => {
      const first = await get('epochs/7/jobs');
      const etag = first.headers.get('etag') ?? '';
      expect(first.headers.get('cache-control')).toBe('no-store');
      const again = await get('epochs/7/jobs', { headers: { 'if-none-match': etag } });
      expect([again.status, await again.text()]).toEqual([304, '']);
      const head = await get('epochs/7/jobs', { method: 'HEAD' });
      expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, etag, '']);
    });

    it('changes nothing: it refuses every method but GET and HEAD', async () => {
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
        const response = await get('fleet', { method });
        expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      }
    });

    it('refuses requests that name another host, whose page could read what it shows', async () => {
      const statusOf = (host: string): Promise<number | undefined> =>
        new Promise((resolve, reject) => {
          const { port } = new URL(server.url);
          request({ host: '127.0.0.1', port, path: '/api/fleet', headers: { host } }, (response) => {
            response.resume();
            resolve(response.statusCode);
          })
            .on('error', reject)
            .end();
        });
      expect(await statusOf('evil.example:80')).toBe(403);
      expect(await statusOf('localhost:9999')).toBe(200);
    });

    it('lets pages load from itself alone', async () => {
      for (const path of ['api/fleet', 'api/nothing', '', 'epochs/7']) {
        const { headers } = await fetch(new URL(path, server.url));
        const policy = headers.get('content-security-policy') ?? '';
        expect(policy).toContain("default-src 'none'");
        expect(policy).not.toContain('unsafe');
        expect(headers.get('x-content-type-options')).toBe('nosniff');
        expect(headers.get('access-control-allow-origin')).toBeNull();
      }
    });

    it('shows no secret, wherever the fleet has one', async () => {
      const url = await plantSecrets(engine, harness);
      const l1RpcUrls = [new Secret(url)];
      const other = await startConsole(engine, { l1RpcUrls }, { nowMs: () => harness.nowMs() });
      const paths = [
        ...Object.keys(RESOURCES),
        'epochs/8',
        'epochs/8/jobs',
        'epochs/8/cost',
        'epochs/9',
        'jobs/8:PARITY_BASE',
        'jobs/8:PARITY_ROOT',
      ];
      const shown = await Promise.all(
        paths.map(async (path) => {
          const response = await fetch(new URL(`api/${path}`, other.url));
          return `${path} ${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`;
        }),
      );
      // The places are shown; only what is secret in them is not.
      const all = `${shown.join('\n')}\n${other.troubles.join('\n')}`;
      expect(all).toContain('could not fetch https://');
      expect(all.split('\n').filter((line) => line.includes(SENTINEL))).toEqual([]);
      await other.stop();
    });
  });
}

/** Two decisions about the root, three hours and a minute ago. */
async function decide({ decisions }: Engine, harness: EngineHarness): Promise<void> {
  const decision = {
    kind: 'submission',
    epochId: SEEDED_EPOCH,
    epoch: EpochNumber.parse(7),
    costWei: '5',
    reason: 'gas is dear',
  } as const;
  await decisions.record({ ...decision, atMs: harness.nowMs() - 3 * 3_600_000, choice: 'wait' });
  await decisions.record({ ...decision, atMs: harness.nowMs() - 60_000, choice: 'submit' });
}

/** Puts a sentinel wherever a fleet may hold a secret. @returns the URL of an L1 that cannot be reached, with a key in it */
async function plantSecrets(engine: Engine, harness: EngineHarness): Promise<string> {
  const nowMs = (): number => harness.nowMs();
  const url = `https://user:${SENTINEL}-password@127.0.0.1:1/v3/${SENTINEL.repeat(3)}?X-Amz-Signature=${SENTINEL}`;
  const reason = `could not fetch ${url}: refused`;
  const [lost, late] = [epochId(8), epochId(9)];
  const rangeId = RangeId.parse('0xb2');
  const epoch = { rangeId, networkVersion: '4.1.2', deadlineAtMs: nowMs() + 600_000 };
  await engine.epochs.open({ ...epoch, id: lost });
  const base = { ...aNewJob('PARITY_BASE', { epochId: lost, rangeId }), inputsUri: url };
  const root = aNewJob('PARITY_ROOT', { epochId: lost, rangeId, children: [base.id] });
  for (const job of [base, root]) await engine.jobs.record(job);
  await engine.jobs.reject(base.id, reason);
  await engine.epochs.advance(lost, rangeId, 'failed', { reason });
  await engine.epochs.open({ ...epoch, id: late, firstCheckpoint: 20, lastCheckpoint: 20 });
  await engine.epochs.advance(late, rangeId, 'submitting');
  const stored = await engine.outbox.store({
    epochId: late,
    rangeId,
    firstCheckpoint: 20,
    lastCheckpoint: 20,
    to: '0xaa',
    data: `0x${SENTINEL}`,
    deadlineAtMs: epoch.deadlineAtMs,
  });
  await engine.outbox.replace({
    ...stored,
    state: 'sent',
    reason,
    submissions: [
      {
        transactionHash: '0xbb',
        signedTransaction: `0x${SENTINEL}`,
        from: '0xcc',
        nonce: 1,
        gasLimit: '1',
        maxFeePerGasWei: '1',
        maxPriorityFeePerGasWei: '1',
        signedAtMs: nowMs(),
      },
    ],
  });
  const [agent] = await engine.agents.seenWithin(3600);
  if (agent !== undefined) await engine.agents.report({ ...agent, lastSeenAtMs: nowMs(), note: reason });
  await engine.incidents.report({ kind: 'corrupt-object', subject: url, message: reason });
  const decision = { atMs: nowMs(), epochId: late, epoch: EpochNumber.parse(9), reason };
  await engine.decisions.record({ ...decision, kind: 'submission', choice: 'wait', costWei: '1' });
  const { epochId: _id, epoch: _epoch, ...about } = decision;
  await engine.decisions.record({ ...about, kind: 'fleet', epochs: [], pools: [], dollarsPerHour: 0 });
  await noteWatchedNode(engine.notes, {
    networkVersion: '4.1.2',
    rollup: ROLLUP,
    readAtMs: nowMs(),
    sessions: [],
    problem: reason,
    troubles: [{ kind: 'node-unreachable', sinceMs: nowMs(), message: reason }],
  });
  const letter = { body: SENTINEL, reason, parkedAtMs: nowMs() };
  await engine.keptDeadLetters?.keep({ ...letter, messageId: 'letter-1', pool: 'small', lane: 'normal' });
  return url;
}
