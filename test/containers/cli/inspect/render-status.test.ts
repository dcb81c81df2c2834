import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readFleetStatus, type FleetStatus } from '../../../../containers/fleet-view/fleet-status.ts';
import { renderStatus } from '../../../../containers/cli/inspect/render-status.ts';
import { textOf } from '../../../../containers/terminal/line.ts';
import { reportRivalProof } from '../../../../shared/ledger/rival-proof.ts';
import { aboutEpoch } from '../../../../shared/ledger/incident-log.ts';
import { openStreamedEpoch, STREAMED_RANGE } from '../../../../shared/ledger/streamed-epoch.ts';
import { noteWatchedNode } from '../../../../shared/ledger/watched-nodes.ts';
import { EpochNumber, makeEpochId, makeLineId, makeRollupId } from '../../../../shared/proving-job/epoch-id.ts';
import { aNewJob } from '../../../contract/a-new-job.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../../contract/embedded-harness.ts';
import { aNewEpoch } from '../../../contract/epoch-ledger.contract.ts';
import { epochId, ROLLUP } from '../../../fixtures/epoch-id.ts';
import { SEEDED_EPOCH, seedFleet } from '../../../fixtures/seed-fleet.ts';

const LIMITS = { epochs: 10, incidents: 10, agentsSeenWithinSeconds: 120 };

describe('coppice status', () => {
  let harness: EmbeddedHarness;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
  });
  afterEach(() => harness.close());

  async function statusText(change: (status: FleetStatus) => FleetStatus = (status) => status): Promise<string> {
    const status = await readFleetStatus(harness.engine, LIMITS, harness.nowMs(), { place: 'embedded, /data' });
    return renderStatus(change(status)).map(textOf).join('\n').replaceAll(harness.dataDirectory, '/data');
  }

  /** Without the header. */
  async function sectionsText(): Promise<string> {
    const text = await statusText();
    return text.slice(text.indexOf('Epochs\n'));
  }

  /** The line of the newest epoch. */
  async function epochLine(): Promise<string | undefined> {
    const lines = (await statusText()).split('\n');
    return lines[lines.indexOf('Epochs') + 1];
  }

  it('shows that an unused fleet has nothing yet', async () => {
    expect(await sectionsText()).toMatchInlineSnapshot(`
      "Epochs
        none yet

      Roots in the outbox
        none

      Agents
        none seen recently

      Queues
        empty

      Disks
        20 GiB free on the disk of /data; 256 MiB are kept for the ledger

      Incidents
        none

      Dead letters
        none"
    `);
  });

  it('shows an epoch of a version line by the jobs so far, and no window', async () => {
    const id = makeEpochId(makeLineId('6.0.0'), EpochNumber.parse(7));
    const epoch = { id, networkVersion: '6.0.0', readDeadlineAtMs: async () => undefined };
    await openStreamedEpoch(harness.engine.epochs, epoch, harness.nowMs());
    await harness.engine.jobs.record(
      aNewJob('ROOT_ROLLUP', { epochId: id, rangeId: STREAMED_RANGE, networkVersion: '6.0.0' }),
    );
    expect(await epochLine()).toBe(
      '  7  proving  streamed  0 of 1 jobs proven so far, 0 running, 1 waiting  no window known  root never: no agent of pool large',
    );
  });

  it('shows what an official node does, and what is wrong with it', async () => {
    await noteWatchedNode(harness.engine.notes, {
      networkVersion: '6.0.0',
      rollup: ROLLUP,
      readAtMs: harness.nowMs() - 12_000,
      sessions: [
        { epoch: EpochNumber.parse(7), state: 'failed' },
        { epoch: EpochNumber.parse(8), state: 'awaiting-root' },
      ],
      balanceEth: 0.25,
      troubles: [{ kind: 'session-failed', sinceMs: harness.nowMs() - 90_000, message: 'restart it' }],
    });
    const shown = (await statusText()).split('\n');
    expect(shown.slice(shown.indexOf('Official nodes'), shown.indexOf('Agents'))).toEqual([
      'Official nodes',
      '  6.0.0: epoch 7 failed, epoch 8 awaiting-root; account has 0.25 ETH; read 12 s ago',
      '    session-failed for 1 min 30 s: restart it',
      '',
    ]);
    await harness.elapse(86_400);
    expect(await statusText()).not.toContain('Official nodes');
  });

  it('shows the epoch with its jobs and its window, the agents with what each proves, the queues and incidents', async () => {
    await seedFleet(harness);
    expect(await sectionsText()).toMatchInlineSnapshot(`
      "Epochs
        7  proving  checkpoints 12 to 12  3 of 6 jobs proven, 1 running, 1 waiting  window closes in 9 min 21 s  root in 22 s (11 s to 51 s), in time: over 99 %

      Roots in the outbox
        none

      Agents
        agent-1  proving  CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP of epoch 7  for 33 s  3 proven  small, medium  seen 33 s ago
        agent-2  idle                                                               0 proven  small, medium  seen 33 s ago  the last prover ran out of memory

      Queues
        large  urgent  1 waiting  0 leased
        small  urgent  1 waiting  0 leased

      Disks
        20 GiB free on the disk of /data; 256 MiB are kept for the ledger

      Incidents
        30 s ago late-proof 31337-0x00000000000000000000000000000000000000aa:7:PARITY_BASE:256ef7bda15c19f235a4f2a488f5029d9164c2b7dff247fe03b7fd1119ddbc32: agent-2 lost its lease before

      Dead letters
        none"
    `);
  });

  it('says what the fleet has to work with, and how old the newest block of L1 is', async () => {
    await seedFleet(harness);
    const l1 = { pendingCheckpoint: 15, provenCheckpoint: 11, balanceWei: '1250000000000000000' };
    const change = (status: FleetStatus): FleetStatus => ({
      ...status,
      publisher: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
      l1: { ...l1, headAtMs: status.atMs - 8000 },
    });
    const header = (await statusText(change)).split('\n').slice(0, 7);
    expect(header[0]).toBe('Fleet      embedded, /data');
    expect(header[1]).toMatch(/^Time {7}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
    expect(header[2]).toMatch(/^Versions {3}Coppice \S+, Aztec 4\.1\.2$/);
    expect(header.slice(3)).toEqual([
      'L1         newest block 8.0 s old; checkpoint 15, proven up to 11',
      'Publisher  0x70997970c51812dc3a010c7d01b50e0d17dc79c8, 1.2500 ETH',
      'Agents     2, 1 proving; by pool: 2 small, 2 medium',
      'Queue      2 waiting, 0 leased',
    ]);
  });

  it("says that another prover's proof of an epoch is on L1", async () => {
    await seedFleet(harness);
    const about = { id: SEEDED_EPOCH, epoch: EpochNumber.parse(7) };
    expect(await epochLine()).not.toContain('another prover');
    await reportRivalProof(about, 'it is proven further', { ...harness.engine, log: pino({ level: 'silent' }) });
    expect(await epochLine()).toContain("L1 has another prover's proof: the reward is shared");
  });

  it('is no wider than the terminal', async () => {
    await seedFleet(harness);
    const status = await readFleetStatus(harness.engine, LIMITS, harness.nowMs(), { place: harness.dataDirectory });
    for (const columns of [60, 80]) {
      for (const line of renderStatus(status, columns)) expect(textOf(line).length).toBeLessThanOrEqual(columns);
    }
    // What matters most is still there.
    const lines = renderStatus(status, 80).map(textOf);
    expect(lines.join('\n')).toMatch(/^ {2}7 {2}proving {2}3 of 6 proven {2}closes in [\d a-z]+ {2}root /m);
    const [agent] = renderStatus(status, 80, 1).slice(lines.indexOf('Agents') + 1);
    expect(textOf(agent!)).toMatch(/^ {2}agent-1 {2}proving {2}CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP/);
    expect(renderStatus(status, 80, 1).map(textOf)).toContain('  and 1 more: --limit 2 shows all');
  });

  it('shows how busy an agent is, where a gateway measures it', async () => {
    await seedFleet(harness);
    const text = await statusText((status) => ({
      ...status,
      agents: status.agents.map((agent, index) => (index === 0 ? { ...agent, busyShare: 0.934 } : agent)),
    }));
    expect(text).toContain('  3 proven  busy 93 %  small, medium');
    expect(text).toContain('  0 proven             small, medium');
  });

  it('shows how an epoch ended, and with which transaction', async () => {
    await seedFleet(harness);
    const epoch = await harness.engine.epochs.find(SEEDED_EPOCH);
    await harness.engine.epochs.advance(SEEDED_EPOCH, epoch!.rangeId, 'proven', { transactionHash: '0xfeed' });
    expect(await epochLine()).toMatchInlineSnapshot(
      `"  7  proven  checkpoints 12 to 12  3 of 6 jobs proven  after 39 s  0xfeed"`,
    );
  });

  it('shows a root that waits for L1, with the reason, and that its window has closed', async () => {
    await seedFleet(harness);
    const epoch = (await harness.engine.epochs.find(SEEDED_EPOCH))!;
    const stored = await harness.engine.outbox.store({
      ...{ epochId: SEEDED_EPOCH, rangeId: epoch.rangeId, firstCheckpoint: 12, lastCheckpoint: 12 },
      ...{ to: '0x01', data: '0x02', deadlineAtMs: epoch.deadlineAtMs },
    });
    await harness.engine.outbox.replace({ ...stored, reason: 'gas costs 3000 gwei, the cap is 2000' });
    await harness.elapse(700);
    expect(await statusText()).toContain(
      'epoch 7: waiting, window closed 2 min 19 s ago (gas costs 3000 gwei, the cap is 2000)',
    );
  });

  it('names the rollups of incidents and agents where the ledger has epochs of more than one', async () => {
    await seedFleet(harness);
    await harness.engine.incidents.report({
      kind: 'submission',
      subject: aboutEpoch(SEEDED_EPOCH),
      message: 'skipped',
    });
    expect(await statusText()).toContain('submission epoch 7: skipped');

    const newer = makeRollupId(31_337, `0x${'bb'.repeat(20)}`);
    await harness.engine.epochs.open({ ...aNewEpoch(), id: epochId(7, newer) });
    const text = await statusText();
    expect(text).toContain(`submission epoch ${SEEDED_EPOCH}: skipped`);
    expect(text).toMatch(new RegExp(`[A-Z_]+ of epoch ${SEEDED_EPOCH}`));
  });

  it('shows a dead letter with the reason, cut to a line', async () => {
    const letter = { body: 'x'.repeat(5000), reason: 'the message is not JSON', parkedAtMs: harness.nowMs() };
    const lines = (await statusText((status) => ({ ...status, deadLetters: [letter] }))).split('\n');
    expect(lines.at(-1)).toMatch(/^ {2}0\.0 s ago the message is not JSON: x{200}$/);
  });

  it('shows where each version line stands, and which is to be removed', async () => {
    const line = { openEpochs: 0, agents: 0, wasCanonical: true, isNodeStopped: false };
    const atMs = harness.nowMs();
    const text = await statusText((status) => ({
      ...status,
      lines: [
        { ...line, name: 'v4', version: '4.3.1', state: 'ended', supersededAtMs: atMs - 7_200_000 },
        { ...line, name: 'v5', version: '5.2.0', state: 'draining', supersededAtMs: atMs, openEpochs: 1, agents: 14 },
        { ...line, name: 'v6', version: '6.0.0', state: 'ready' },
      ],
    }));
    expect(text.split('\n\n')[1]).toMatchInlineSnapshot(`
      "Version lines
        v4  4.3.1  ended     0 open epochs  0 agents   no longer canonical for 2 h 0 min  remove it from coppice.config.ts and deploy
        v5  5.2.0  draining  1 open epoch   14 agents  no longer canonical for 0.0 s
        v6  6.0.0  ready     0 open epochs  0 agents"
    `);
  });
});
