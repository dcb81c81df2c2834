import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';

import {
  settleDeadLetters,
  type SettleDeadLettersDeps,
} from '../../functions/settle-dead-letters/settle-dead-letters.ts';
import { DynamoDeadLetters } from '../../shared/engine/aws/dynamo-ledgers/dynamo-dead-letters.ts';
import type { KeptDeadLetter } from '../../shared/job-queue/kept-dead-letters.ts';
import { SqsJobQueue } from '../../shared/engine/aws/sqs/sqs-job-queue.ts';
import { DynamoIncidentLog } from '../../shared/engine/aws/dynamo-ledgers/dynamo-incident-log.ts';
import { DynamoJobLedger } from '../../shared/engine/aws/dynamo-jobs/dynamo-job-ledger.ts';
import { AgentId, DEFAULT_ATTEMPT_BUDGETS, type JobLease, type NewJob } from '../../shared/ledger/job-ledger.ts';
import { createLogger } from '../../shared/telemetry/logger.ts';
import { messageOf } from '../../shared/proving-job/job-message.ts';
import { aNewJob } from '../contract/a-new-job.ts';
import { type AwsHarness, openAwsHarness } from '../contract/aws-harness.ts';
import { eventOfQueue } from './lambda-events.ts';
import { epochIdOf } from '../../shared/proving-job/proving-job-id.ts';

const AGENT = AgentId.parse('agent-1');

describe('settleDeadLetters', () => {
  let harness: AwsHarness;
  let jobs: DynamoJobLedger;
  let incidents: DynamoIncidentLog;
  let kept: DynamoDeadLetters;
  let queue: SqsJobQueue;
  let deps: SettleDeadLettersDeps;

  beforeEach(async () => {
    harness = await openAwsHarness(['table', 'queues']);
    const table = { client: harness.clients.dynamo, name: harness.names.ledgerTable };
    const nowMs = (): number => harness.nowMs();
    jobs = new DynamoJobLedger(table, { budgets: DEFAULT_ATTEMPT_BUDGETS, nowMs });
    incidents = new DynamoIncidentLog(table, nowMs);
    kept = new DynamoDeadLetters(table, nowMs);
    const { leaseSeconds } = harness;
    queue = new SqsJobQueue(harness.clients, harness.names, { leaseSeconds, nowMs, keptDeadLetters: kept });
    deps = { jobs, incidents, kept, log: createLogger('settle', { logLevel: 'silent' }) };
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await queue.close();
    await harness.close();
  });

  let sequence = 0;
  function aLetter(change: Partial<KeptDeadLetter> = {}): KeptDeadLetter {
    sequence += 1;
    const fixed = { pool: 'small', lane: 'normal', parkedAtMs: harness.nowMs() } as const;
    return { messageId: `message-${sequence}`, ...fixed, body: 'not JSON', reason: 'it was parked', ...change };
  }
  const letterOf = (job: NewJob): KeptDeadLetter =>
    aLetter({ pool: job.pool, lane: job.lane, body: JSON.stringify(messageOf(job)) });
  async function recorded(): Promise<NewJob> {
    const job = aNewJob();
    await jobs.record(job);
    return job;
  }
  async function leased(job: NewJob): Promise<JobLease> {
    const claim = await jobs.claim(job.id, AGENT, 30);
    if (claim.outcome !== 'claimed') throw new Error(claim.outcome);
    return claim.lease;
  }
  const noted = async (): Promise<object[]> =>
    (await incidents.latest(10)).map(({ kind, subject, message }) => ({ kind, subject, message }));

  it('rejects the job with the reason and reports it; the sweeper sends no other message for it', async () => {
    const job = await recorded();
    const letter = letterOf(job);
    expect(await settleDeadLetters([letter], deps)).toEqual([]);

    const reason = `its message ${letter.messageId} became a dead letter: it was parked`;
    expect(await jobs.find(job.id)).toMatchObject({ state: 'rejected', reason });
    expect(await noted()).toEqual([{ kind: 'rejected-job', subject: job.id, message: reason }]);
    expect(await kept.list()).toEqual([]);
    await harness.elapse(3600);
    expect(await jobs.strandedJobs(60)).toEqual([]);
  });

  it('rejects a job whose agent is gone, but not one that an agent holds', async () => {
    const job = await recorded();
    const lease = await leased(job);
    expect(await settleDeadLetters([letterOf(job)], deps)).toEqual([]);
    expect(await jobs.find(job.id)).toMatchObject({ state: 'leased', lease });
    expect(await noted()).toEqual([]);

    await harness.elapse(31);
    await settleDeadLetters([letterOf(job)], deps);
    expect(await jobs.find(job.id)).toMatchObject({ state: 'rejected' });
  });

  it('drops the letter of a job that is proven, cancelled, or rejected for another reason', async () => {
    const [proven, cancelled, rejected] = [await recorded(), await recorded(), await recorded()];
    const { claimedAtMs } = await leased(proven);
    await jobs.markProven({ jobId: proven.id, agentId: AGENT, proof: proven.inputs, provingMs: 5, claimedAtMs });
    await jobs.reject(rejected.id, 'its attempts are spent');
    await jobs.cancelEpoch(epochIdOf(cancelled.id), 'a reorg took it');

    expect(await settleDeadLetters([proven, cancelled, rejected].map(letterOf), deps)).toEqual([]);
    expect((await jobs.find(proven.id))?.state).toBe('proven');
    expect((await jobs.find(cancelled.id))?.state).toBe('cancelled');
    expect((await jobs.find(rejected.id))?.reason).toBe('its attempts are spent');
    expect(await noted()).toEqual([]);
    expect(await kept.list()).toEqual([]);
  });

  it('leaves a job queued whose message an agent of an earlier version could not read', async () => {
    const job = await recorded();
    await jobs.markEnqueued([job.id]);
    const letter = { ...letterOf(job), reason: 'the message does not parse: ✖ Invalid string' };
    expect(await settleDeadLetters([letter], deps)).toEqual([]);
    expect(await jobs.find(job.id)).toMatchObject({ state: 'queued' });
    expect([await noted(), await kept.list()]).toEqual([[], []]);
    await harness.elapse(3600);
    expect(await jobs.strandedJobs(60)).toMatchObject([{ id: job.id }]);
  });

  it('keeps the letter of an unknown job, for operators to read and send back', async () => {
    const job = aNewJob();
    const letter = letterOf(job);
    expect(await settleDeadLetters([letter], deps)).toEqual([]);

    const reason = `it was parked; the ledger has no job ${job.id}`;
    expect(await noted()).toEqual([{ kind: 'parked-message', subject: letter.messageId, message: reason }]);
    expect(await queue.deadLetters()).toEqual([{ body: letter.body, reason, parkedAtMs: letter.parkedAtMs }]);
    expect(await queue.redrive()).toBe(1);
    expect((await queue.claim([job.pool], { waitSeconds: 5 }))?.message.jobId).toBe(job.id);
  });

  it.each<[string, (job: NewJob) => string, RegExp]>([
    ['is not JSON', () => '{', /the message is not JSON/],
    ['is of another version', (job) => JSON.stringify({ ...messageOf(job), v: 2 }), /does not parse/],
    [
      'names what cannot be a circuit',
      (job) => JSON.stringify({ ...messageOf(job), circuit: 'none' }),
      /does not parse/,
    ],
    [
      'names the job of another circuit',
      (job) => JSON.stringify({ ...messageOf(job), circuit: 'PARITY_ROOT' }),
      /it names circuit PARITY_ROOT, but its job is /,
    ],
    [
      'names an unknown circuit in its id',
      (job) => JSON.stringify({ ...messageOf(job), jobId: job.id.replace('PARITY_BASE', 'NONE') }),
      /it names circuit PARITY_BASE, but its job is /,
    ],
  ])('keeps a letter that %s, and touches no job', async (_, bodyOf, problem) => {
    const job = await recorded();
    const letter = aLetter({ body: bodyOf(job) });
    expect(await settleDeadLetters([letter], deps)).toEqual([]);
    expect(await kept.list()).toMatchObject([{ messageId: letter.messageId, body: letter.body }]);
    expect((await kept.list())[0]?.reason).toMatch(problem);
    expect((await jobs.find(job.id))?.state).toBe('queued');
  });

  it('gives the reason once when the letter was parked for that reason', async () => {
    await settleDeadLetters([aLetter({ reason: 'the message is not JSON' })], deps);
    expect((await kept.list())[0]?.reason).toBe('the message is not JSON');
  });

  it('has a letter delivered again that could not be written, and settles the others', async () => {
    const [first, second, third] = [await recorded(), await recorded(), aNewJob()];
    const letters = [letterOf(first), letterOf(second), letterOf(third)] as const;
    const failing: SettleDeadLettersDeps = {
      ...deps,
      jobs: {
        find: async (id) => await jobs.find(id),
        reject: async (id, reason) => {
          if (id === first.id) throw new Error('DynamoDB is away');
          return await jobs.reject(id, reason);
        },
      },
      kept: { keep: async () => Promise.reject(new Error('DynamoDB is away')) },
    };
    expect(await settleDeadLetters(letters, failing)).toEqual([letters[0].messageId, letters[2].messageId]);
    expect((await jobs.find(first.id))?.state).toBe('queued');
    expect((await jobs.find(second.id))?.state).toBe('rejected');

    expect(await settleDeadLetters([letters[0], letters[2]], deps)).toEqual([]);
    expect((await jobs.find(first.id))?.state).toBe('rejected');
    expect(await kept.list()).toHaveLength(1);
  });

  it('reports the incident when an earlier delivery was cut off after the rejection', async () => {
    const job = await recorded();
    const letter = letterOf(job);
    const cutOff = { ...deps, incidents: { report: async () => Promise.reject(new Error('cut off')) } };
    expect(await settleDeadLetters([letter], cutOff)).toEqual([letter.messageId]);
    // SQS counts one more delivery.
    expect(await settleDeadLetters([{ ...letter, reason: 'it was parked long ago' }], deps)).toEqual([]);
    expect(await noted()).toMatchObject([{ kind: 'rejected-job', subject: job.id }]);
  });

  it('keeps a letter once, however often it is delivered, and rejects a job once for two letters at once', async () => {
    const job = await recorded();
    const foreign = letterOf(aNewJob());
    await settleDeadLetters([foreign, letterOf(job), letterOf(job)], deps);
    await settleDeadLetters([foreign], deps);
    expect(await kept.list()).toHaveLength(1);
    expect((await noted()).filter((incident) => 'kind' in incident && incident.kind === 'rejected-job')).toHaveLength(
      1,
    );
  });

  describe('as a function', () => {
    type Handler = (event: unknown) => Promise<unknown>;

    async function loadHandler(prefix: string): Promise<Handler> {
      const { region = '', endpoint = '' } = inject('aws');
      vi.stubEnv('COPPICE_AWS_PREFIX', prefix);
      vi.stubEnv('AWS_REGION', region);
      vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
      vi.stubEnv('LOG_LEVEL', 'silent');
      vi.resetModules();
      const { handler } = await import('../../functions/settle-dead-letters/handler.ts');
      return handler;
    }
    const prefixOf = ({ names }: AwsHarness): string => names.ledgerTable.replace('-ledger', '');

    it('settles what agents parked, from the event that Lambda makes of the dead-letter queue', async () => {
      const job = await recorded();
      await queue.enqueue([messageOf(job)]);
      const lease = await queue.claim([job.pool], { waitSeconds: 5 });
      await queue.park(lease!, 'no prover of its family');
      const name = harness.names.deadLetterQueue(job.pool, job.lane);
      const { QueueUrl = '' } = await harness.clients.sqs.send(new GetQueueUrlCommand({ QueueName: name }));
      const event = await eventOfQueue(harness.clients.sqs, QueueUrl, name);
      expect(event.Records).toHaveLength(1);

      const handler = await loadHandler(prefixOf(harness));
      expect(await handler(event)).toEqual({ batchItemFailures: [] });
      expect((await jobs.find(job.id))?.reason).toContain('became a dead letter: no prover of its family');
    });

    it('returns which letters to deliver again', async () => {
      const job = aNewJob();
      await queue.enqueue([messageOf(job)]);
      await queue.park((await queue.claim([job.pool], { waitSeconds: 5 }))!, 'x');
      const name = harness.names.deadLetterQueue(job.pool, job.lane);
      const { QueueUrl = '' } = await harness.clients.sqs.send(new GetQueueUrlCommand({ QueueName: name }));
      const event = await eventOfQueue(harness.clients.sqs, QueueUrl, name);
      // A fleet without a table.
      const [record] = event.Records;
      const absent = {
        ...record,
        eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:absent-small-normal-dead-letters',
      };
      const handler = await loadHandler('absent');
      expect(await handler({ Records: [absent] })).toEqual({
        batchItemFailures: [{ itemIdentifier: record!.messageId }],
      });
    });
  });
});
