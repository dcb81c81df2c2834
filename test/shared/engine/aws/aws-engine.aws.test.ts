import { describe, expect, inject, it, afterEach } from 'vitest';

import { openEngine } from '../../../../shared/engine/open-engine.ts';
import type { Engine } from '../../../../shared/engine/engine.ts';
import { AwsRegionMissingError, LedgerTableMissingError } from '../../../../shared/engine/errors.ts';
import { JOB_MESSAGE_VERSION } from '../../../../shared/proving-job/job-message.ts';
import { AgentId } from '../../../../shared/ledger/job-ledger.ts';
import type { Settlement } from '../../../../shared/ledger/settlement-feed.ts';
import { inputsKey, outputsKey } from '../../../../shared/proof-store/proof-store.ts';
import { aJobMessage, aNewJob } from '../../../contract/a-new-job.ts';
import { openAwsHarness } from '../../../contract/aws-harness.ts';

const AGENT = AgentId.parse('agent-1');

describe('the engine on AWS', () => {
  const opened: Engine[] = [];
  afterEach(async () => {
    for (const engine of opened.splice(0)) await engine.close();
  });

  async function open(prefix: string, connection: object = inject('aws'), bucket?: string): Promise<Engine> {
    const options = { prefix, connection, leaseSeconds: 30, ...(bucket && { bucket }) };
    const engine = await openEngine({ engine: 'aws', ...options });
    opened.push(engine);
    return engine;
  }

  it('brings a job from one process to another and its proof back, and notifies subscribers', async () => {
    const { names } = await openAwsHarness(['queues', 'bucket', 'table']);
    const prefix = names.ledgerTable.replace(/-ledger$/, '');
    const [node, agent] = [await open(prefix), await open(prefix)];
    const reported: Settlement[] = [];
    const unsubscribe = node.settlements.subscribe((settlement) => reported.push(settlement));

    const bytes = Buffer.from('inputs');
    const template = aNewJob('PARITY_BASE');
    const job = { ...template, inputs: await node.proofs.put(inputsKey(template.circuit, template.id), bytes) };
    await node.jobs.record(job);
    const { id: jobId, circuit, networkVersion } = job;
    await node.queue.enqueue([{ v: JOB_MESSAGE_VERSION, jobId, circuit, networkVersion }]);

    const lease = await agent.queue.claim(['medium'], { waitSeconds: 5 });
    expect(lease?.message.jobId).toBe(jobId);
    const claimed = await agent.jobs.claim(jobId, AGENT, 30);
    if (claimed.outcome !== 'claimed') throw new Error(claimed.outcome);
    expect(await agent.proofs.get(claimed.job.inputs)).toEqual(bytes);
    const proof = await agent.proofs.put(outputsKey(circuit, jobId), bytes);
    await agent.jobs.markProven({ jobId, agentId: AGENT, proof, provingMs: 1, claimedAtMs: 1 });
    await agent.queue.complete(lease!);

    await expect.poll(() => reported).toEqual([{ jobId, state: 'proven' }]);
    unsubscribe();
    expect(await node.queue.depths(['medium'])).toEqual([
      { pool: 'medium', lane: 'urgent', waiting: 0, leased: 0 },
      { pool: 'medium', lane: 'normal', waiting: 0, leased: 0 },
    ]);
  });

  it('opens without any resources, and reports with the first call what is missing, where, and what to do', async () => {
    const engine = await open('nobody');
    const { endpoint } = inject('aws');
    await expect(engine.epochs.latest(1)).rejects.toThrow(LedgerTableMissingError);
    await expect(engine.epochs.latest(1)).rejects.toThrow(
      `there is no table nobody-ledger in ${endpoint}, region us-east-1: name the fleet with --aws-prefix`,
    );
    await expect(engine.queue.depths(['medium'])).rejects.toThrow(
      /no queue nobody-medium-(urgent|normal) .* --aws-prefix/,
    );
    const missing = aNewJob('PARITY_BASE').inputs;
    await expect(engine.proofs.get(missing)).rejects.toThrow(
      /bucket nobody-proofs .* does not exist .* PROVER_PROOF_STORE/,
    );
  });

  it('opens without knowing its region, and reports that with the first call', async () => {
    const region = process.env['AWS_REGION'];
    delete process.env['AWS_REGION'];
    try {
      const engine = await open('nobody', { endpoint: inject('aws').endpoint });
      await expect(engine.epochs.latest(1)).rejects.toThrow(AwsRegionMissingError);
      await expect(engine.queue.depths()).rejects.toThrow('give --aws-region (AWS_REGION)');
    } finally {
      if (region !== undefined) process.env['AWS_REGION'] = region;
    }
  });

  it('keeps proofs in another bucket on request', async () => {
    const { names } = await openAwsHarness(['bucket']);
    const engine = await open('nobody', inject('aws'), names.proofsBucket);
    const { circuit, id } = aNewJob('PARITY_BASE');
    const bytes = Buffer.from('inputs');
    expect(await engine.proofs.get(await engine.proofs.put(inputsKey(circuit, id), bytes))).toEqual(bytes);
  });

  it('gives back, before it is closed, a message that arrived for an aborted claim', async () => {
    const { names } = await openAwsHarness(['queues']);
    const prefix = names.ledgerTable.replace(/-ledger$/, '');
    const [leaving, staying] = [await open(prefix), await open(prefix)];
    const stop = new AbortController();
    const claim = leaving.queue.claim(['medium'], { waitSeconds: 5, signal: stop.signal });
    await expect.poll(() => leaving.queue.depths(['medium'])).toHaveLength(2);
    stop.abort();
    expect(await claim).toBeUndefined();
    let isClosed = false;
    const closing = leaving.close().then(() => (isClosed = true));
    await staying.queue.depths();
    expect(isClosed).toBe(false);
    const message = aJobMessage('PARITY_BASE');
    await staying.queue.enqueue([message]);
    await closing;
    expect(await staying.queue.claim(['medium'], { waitSeconds: 5 })).toMatchObject({ message });
  });

  it('can be closed twice', async () => {
    const engine = await open('nobody');
    await engine.close();
    await engine.close();
  });
});
