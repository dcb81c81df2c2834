import { formatGwei, keccak256, parseGwei, parseTransaction } from 'viem';
import { describe, expect, it } from 'vitest';

import { PublisherKeyUnusableError } from '../../../../shared/l1/errors.ts';
import { createL1Client } from '../../../../shared/l1/l1-client.ts';
import type { PublisherAccount } from '../../../../shared/l1/publisher/publisher-account.ts';
import type { Submission } from '../../../../shared/ledger/outbox.ts';
import { interceptCalls } from '../../../fixtures/intercept-calls.ts';
import { rollupForEachTest } from '../rollup-for-each-test.ts';
import { deployRollup, POLICY, rootCall, type RollupOnAnvil, TIMING } from '../rollup-on-anvil.ts';
import { type Anvil, ANVIL_CHAIN_ID } from '../start-anvil.ts';
import { openTcpGate } from '../tcp-gate.ts';
import { epochId } from '../../../fixtures/epoch-id.ts';

const EPOCH_SECONDS = TIMING.slotSeconds * TIMING.epochSlots;

describe('RootSubmitter', () => {
  let anvil: Anvil;
  let bench: RollupOnAnvil;

  rollupForEachTest((deployed) => ({ anvil, bench } = deployed));

  const epochState = async (epoch = 0): Promise<string | undefined> =>
    (await bench.engine.epochs.find(epochId(epoch)))?.state;
  const incidents = async (): Promise<string[]> =>
    (await bench.engine.incidents.latest(10)).map(({ message }) => message);

  it('sends a root, and closes it and its epoch once the transaction is mined', async () => {
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter();

    await submitter.tick();
    expect(await bench.root()).toMatchObject({
      state: 'sent',
      submissions: [{ nonce: 0, from: bench.account.address }],
    });
    await anvil.mine();
    await submitter.tick();

    const root = await bench.root();
    expect(root).toMatchObject({ state: 'mined', submissions: [{ outcome: 'mined' }], settledAtMs: bench.clock.nowMs });
    expect(root.submitterId).toBeUndefined();
    expect(await bench.engine.epochs.find(epochId(0))).toMatchObject({
      state: 'proven',
      transactionHash: root.submissions[0]?.transactionHash,
    });
    expect(await bench.accepted()).toBe(1);
    expect(await incidents()).toEqual([]);
    await submitter.tick();
    expect(await bench.minedNonce()).toBe(1);
  });

  it('records once that it submits, and why', async () => {
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter();
    await submitter.tick();
    await submitter.tick();
    const decisions = await bench.engine.decisions.latest('submission', 10);
    expect(decisions).toMatchObject([
      { epoch: 0, choice: 'submit', reason: expect.stringContaining('of gas') as string },
    ]);
  });

  it('holds back a root whose gas costs more than its epoch pays, and submits it once that changes', async () => {
    await bench.storeRoot(0, 1, 2);
    const policy = { ...POLICY, submitWhen: 'when-profitable', epochRewardWei: 1n } as const;
    await bench.submitter({ policy }).tick();
    expect(await bench.root()).toMatchObject({
      state: 'waiting',
      submissions: [],
      reason: expect.stringContaining('gas may get cheaper') as string,
    });
    expect(await bench.engine.decisions.latest('submission', 10)).toMatchObject([{ choice: 'wait', rewardWei: '1' }]);

    await bench.submitter({ policy: { ...policy, epochRewardWei: 10n ** 18n } }).tick();
    expect((await bench.root()).state).toBe('sent');
  });

  it('submits even if the decision cannot be recorded', async () => {
    await bench.storeRoot(0, 1, 2);
    await bench.submitter({ decisions: { record: () => Promise.reject(new Error('no table')) } }).tick();
    expect((await bench.root()).state).toBe('sent');
  });

  it('stores the transaction, signed, with what it offers', async () => {
    await bench.storeRoot(0, 1, 2);
    await bench.submitter().tick();

    const [submission] = (await bench.root()).submissions;
    const transaction = parseTransaction(submission!.signedTransaction);
    expect(keccak256(submission!.signedTransaction)).toBe(submission!.transactionHash);
    expect(transaction).toMatchObject({ chainId: ANVIL_CHAIN_ID, nonce: 0, data: rootCall(1, 2) });
    expect(String(transaction.gas)).toBe(submission!.gasLimit);
    expect(String(transaction.maxFeePerGas)).toBe(submission!.maxFeePerGasWei);
    const estimate = await bench.client.estimateGas({
      account: bench.account.address,
      to: bench.rollup,
      data: rootCall(1, 2),
      blockTag: 'latest',
    });
    expect(transaction.gas).toBe((estimate * 120n) / 100n);
  });

  it('leaves a root to the submitter that holds its lease, and takes it over once the lease has expired', async () => {
    await bench.call('setRefusing', true);
    await bench.storeRoot(0, 1, 2);
    await bench.submitter({ submitterId: 'first' }).tick();
    await bench.call('setRefusing', false);
    const second = bench.submitter({ submitterId: 'second' });

    await second.tick();
    expect(await bench.root()).toMatchObject({ state: 'waiting', submitterId: 'first' });
    bench.clock.nowMs += POLICY.leaseSeconds * 1000;
    await second.tick();
    expect(await bench.root()).toMatchObject({ state: 'sent', submitterId: 'second' });
  });

  it('takes over the root of a lost submitter after one lease, though the clock was set back meanwhile', async () => {
    const held = await bench.storeRoot(0, 1, 2);
    await bench.engine.outbox.replace({ ...held, submitterId: 'lost', submitterUntilMs: bench.clock.nowMs + 900_000 });
    const second = bench.submitter({ submitterId: 'second' });
    await second.tick();
    expect(await bench.root()).toMatchObject({
      submitterId: 'lost',
      submitterUntilMs: bench.clock.nowMs + POLICY.leaseSeconds * 1000,
    });
    bench.clock.nowMs += POLICY.leaseSeconds * 1000;
    await second.tick();
    expect(await bench.root()).toMatchObject({ submitterId: 'second' });
  });

  it('sends one transaction when several submitters work on a root at once, even if leases keep none of them out', async () => {
    await bench.storeRoot(0, 1, 2);
    const policy = { ...POLICY, leaseSeconds: 0 };
    const submitters = ['a', 'b', 'c', 'd'].map((submitterId) => bench.submitter({ submitterId, policy }));

    for (let round = 0; round < 3; round++) {
      await Promise.all(submitters.map((submitter) => submitter.tick()));
      await anvil.mine();
    }

    expect(await bench.root()).toMatchObject({ state: 'mined', submissions: [{ outcome: 'mined' }] });
    expect((await bench.root()).submissions).toHaveLength(1);
    expect(await bench.minedNonce()).toBe(1);
  });

  it('does not send what it signed if another submitter has taken the root over meanwhile', async () => {
    await bench.storeRoot(0, 1, 2);
    const second = bench.submitter({ submitterId: 'second' });
    const account: PublisherAccount = {
      address: bench.account.address,
      async signTransaction(transaction) {
        const signed = await bench.account.signTransaction(transaction);
        bench.clock.nowMs += POLICY.leaseSeconds * 1000;
        await second.tick();
        return signed;
      },
    };
    // Were it sent, its fees would make it replace the other's.
    const policy = { ...POLICY, priorityFeeBumpPercentage: 1000 };
    await bench.submitter({ submitterId: 'slow', account, policy }).tick();

    await anvil.mine();
    await second.tick();
    expect(await bench.root()).toMatchObject({ state: 'mined', submissions: [{ nonce: 0, outcome: 'mined' }] });
    expect((await bench.root()).submissions).toHaveLength(1);
  });

  it('keeps a root while no L1 RPC answers, logs that once, and sends the root when one is back', async () => {
    const gate = await openTcpGate(anvil.port);
    await gate.close();
    const secretUrl = `${gate.url}/?key=key-of-the-operator`;
    const l1 = createL1Client({ rpcUrls: [secretUrl], chainId: ANVIL_CHAIN_ID, retries: 0 });
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter({ l1 });

    for (let tick = 0; tick < 4; tick++) {
      await submitter.tick();
      bench.clock.nowMs += POLICY.leaseSeconds * 1000;
    }
    const { state, reason } = await bench.root();
    expect(state).toBe('waiting');
    expect(reason).toContain('L1 cannot be reached: HTTP request failed');
    expect(reason).toContain(new URL(gate.url).host);
    expect(bench.lines.filter(({ cause }) => cause === 'l1-silent')).toHaveLength(1);
    expect(JSON.stringify([bench.lines, reason])).not.toContain('key-of-the-operator');

    await gate.open();
    await submitter.tick();
    await anvil.mine();
    await submitter.tick();
    expect((await bench.root()).state).toBe('mined');
    await gate.close();
  });

  it('resends the transaction signed while L1 was down instead of signing a second one', async () => {
    const gate = await openTcpGate(anvil.port);
    const gated = createL1Client({ rpcUrls: [gate.url], chainId: ANVIL_CHAIN_ID, retries: 0 });
    const goDownBeforeSending: typeof gated.sendRawTransaction = async (raw) => {
      await gate.close();
      return await gated.sendRawTransaction(raw);
    };
    await bench.storeRoot(0, 1, 2);

    await bench.submitter({ l1: { ...gated, sendRawTransaction: goDownBeforeSending } }).tick();
    const signed = await bench.root();
    expect(signed).toMatchObject({ state: 'sent', submissions: [{ nonce: 0 }] });
    expect(await bench.minedNonce()).toBe(0);

    const submitter = bench.submitter();
    await submitter.tick();
    await anvil.mine();
    await submitter.tick();
    expect(await bench.root()).toMatchObject({ state: 'mined' });
    expect((await bench.root()).submissions).toHaveLength(1);
  });

  it('stores why the key cannot sign, goes on with the other roots, fails at the end, and sends once the key works again', async () => {
    await bench.propose(1);
    await bench.storeRoot(0, 1, 2);
    await bench.storeRoot(1, 3, 3);
    const policy = { ...POLICY, checkIntervalSeconds: 0.01 };
    let isDisabled = true;
    const account: PublisherAccount = {
      address: bench.account.address,
      async signTransaction(transaction) {
        if (isDisabled) throw new PublisherKeyUnusableError('KMS key alias/coppice', 'it is disabled: enable it');
        return await bench.account.signTransaction(transaction);
      },
    };
    const submitter = bench.submitter({ account, policy });

    await expect(submitter.tick()).rejects.toThrow(PublisherKeyUnusableError);
    expect(await bench.root()).toMatchObject({ state: 'waiting', submissions: [] });
    expect((await bench.root()).reason).toContain("publisher's KMS key alias/coppice cannot be used: it is disabled");
    expect((await bench.root(1)).reason).toContain('L1 has proofs up to checkpoint 0');
    await expect(submitter.runUntilIdle(AbortSignal.timeout(100))).rejects.toThrow(PublisherKeyUnusableError);

    isDisabled = false;
    await submitter.tick();
    expect((await bench.root()).state).toBe('sent');
  });

  it('runs until there is no open root left for it, and releases only its own roots', async () => {
    await bench.storeRoot(0, 1, 2);
    const policy = { ...POLICY, checkIntervalSeconds: 0.01 };
    const first = bench.submitter({ submitterId: 'first', policy });
    const stop = new AbortController();
    const ran = first.runUntilIdle(stop.signal);
    await expect.poll(async () => (await bench.root()).state).toBe('sent');

    await bench.submitter({ submitterId: 'second', policy }).runUntilIdle(new AbortController().signal);
    expect(await bench.root()).toMatchObject({ state: 'sent', submitterId: 'first' });

    await anvil.mine();
    await ran;
    expect(await bench.root()).toMatchObject({ state: 'mined', submissions: [{ outcome: 'mined' }] });
    expect(await epochState()).toBe('proven');
  });

  it('releases its roots when it is stopped before all is done', async () => {
    await bench.storeRoot(0, 1, 2);
    const policy = { ...POLICY, checkIntervalSeconds: 0.01 };
    const stop = new AbortController();
    const ran = bench.submitter({ policy }).runUntilIdle(stop.signal);
    await expect.poll(async () => (await bench.root()).state).toBe('sent');
    expect((await bench.root()).submitterId).toBe('submitter-1');
    stop.abort();
    await ran;
    expect(await bench.root()).toMatchObject({ state: 'sent' });
    expect((await bench.root()).submitterId).toBeUndefined();
  });

  it('ends when it is stopped although the ledger is away, and leaves its roots to the end of their leases', async () => {
    await bench.storeRoot(0, 1, 2);
    let isAway = false;
    const { outbox } = interceptCalls(bench.engine, 'outbox', 'open', (call) =>
      isAway ? Promise.reject(new Error('the ledger is away')) : call(),
    );
    const stop = new AbortController();
    const ran = bench.submitter({ outbox, policy: { ...POLICY, checkIntervalSeconds: 0.01 } }).run(stop.signal);
    await expect.poll(async () => (await bench.root()).state).toBe('sent');
    isAway = true;
    stop.abort();
    await ran;
    expect((await bench.root()).submitterId).toBe('submitter-1');
  });

  it('sends nothing while a trial run reverts, and stores the reason of the contract', async () => {
    await bench.call('setRefusing', true);
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter();

    await submitter.tick();
    expect(await bench.root()).toMatchObject({ state: 'waiting', submissions: [] });
    expect((await bench.root()).reason).toContain('Rollup__InvalidProof()');

    await bench.call('setRefusing', false);
    await submitter.tick();
    expect((await bench.root()).state).toBe('waiting');
    bench.clock.nowMs += POLICY.retry.firstMs;
    await submitter.tick();
    await anvil.mine();
    await submitter.tick();
    expect((await bench.root()).state).toBe('mined');
  });

  it('stores why L1 reverted a root, and sends it again later with a new nonce', async () => {
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter();
    await submitter.tick();
    await bench.queueCall('setRefusing', true);
    await anvil.mine();
    await submitter.tick();

    expect(await bench.root()).toMatchObject({ state: 'waiting', submissions: [{ nonce: 0, outcome: 'reverted' }] });
    expect((await bench.root()).reason).toMatch(/reverted in L1 block \d+: Rollup__InvalidProof\(\)/);
    expect(await incidents()).toEqual([(await bench.root()).reason]);
    expect(await epochState()).toBe('submitting');

    await bench.call('setRefusing', false);
    await submitter.tick();
    expect((await bench.root()).submissions).toHaveLength(1);
    bench.clock.nowMs += POLICY.retry.firstMs;
    await submitter.tick();
    await anvil.mine();
    await submitter.tick();
    expect(await bench.root()).toMatchObject({
      state: 'mined',
      submissions: [{ outcome: 'reverted' }, { nonce: 1, outcome: 'mined' }],
    });
    expect(await epochState()).toBe('proven');
  });

  it('waits while L1 asks more than the cap, and goes out by itself when fees have fallen', async () => {
    await anvil.rpc('anvil_setNextBlockBaseFeePerGas', `0x${parseGwei('2500').toString(16)}`);
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter();

    await submitter.tick();
    expect(await bench.root()).toMatchObject({ state: 'waiting', submissions: [] });
    expect((await bench.root()).reason).toBe(
      'gas on L1 costs 2501 gwei, above the limit of 2000 gwei (L1_GAS_PRICE_MAX)',
    );

    await anvil.rpc('anvil_setNextBlockBaseFeePerGas', `0x${parseGwei('2').toString(16)}`);
    bench.clock.nowMs += POLICY.stallSeconds * 1000;
    await submitter.tick();
    await anvil.mine();
    await submitter.tick();
    expect((await bench.root()).state).toBe('mined');
  });

  it('replaces a stuck transaction under the same nonce with higher fees, and accepts whichever is mined', async () => {
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter();
    await submitter.tick();
    bench.clock.nowMs += POLICY.stallSeconds * 1000 - 1;
    await submitter.tick();
    expect((await bench.root()).submissions).toHaveLength(1);
    bench.clock.nowMs += 1;
    await submitter.tick();

    const [first, second] = (await bench.root()).submissions;
    expect([first?.nonce, second?.nonce]).toEqual([0, 0]);
    expect(BigInt(second!.maxFeePerGasWei) * 100n).toBeGreaterThanOrEqual(BigInt(first!.maxFeePerGasWei) * 150n);
    await anvil.mine();
    await submitter.tick();
    expect(await bench.root()).toMatchObject({
      state: 'mined',
      submissions: [{ outcome: 'replaced' }, { outcome: 'mined' }],
    });
    expect(await bench.minedNonce()).toBe(1);
  });

  it('raises the fees as often as the policy says, and then waits', async () => {
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter();
    for (let round = 0; round < 8; round++) {
      await submitter.tick();
      bench.clock.nowMs += POLICY.stallSeconds * 1000;
    }
    expect((await bench.root()).submissions).toHaveLength(1 + POLICY.maxSpeedUps);
    await anvil.mine();
    await submitter.tick();
    expect((await bench.root()).submissions.map(({ outcome }) => outcome)).toEqual([
      'replaced',
      'replaced',
      'replaced',
      'mined',
    ]);
  });

  it('never offers more than the cap, and says so when a replacement would need more', async () => {
    await anvil.rpc('anvil_setNextBlockBaseFeePerGas', `0x${parseGwei('1').toString(16)}`);
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter({ policy: { ...POLICY, maxFeePerGasWei: parseGwei('4'), maxSpeedUps: 10 } });
    for (let round = 0; round < 6; round++) {
      await submitter.tick();
      bench.clock.nowMs += POLICY.stallSeconds * 1000;
    }
    const { submissions, reason } = await bench.root();
    expect(submissions.map(({ maxFeePerGasWei }) => formatGwei(BigInt(maxFeePerGasWei)))).toEqual([
      '2.325',
      '3.4875',
      '4',
    ]);
    expect(submissions.map(({ nonce }) => nonce)).toEqual([0, 0, 0]);
    expect(reason).toContain('is stuck at up to 4 gwei, and nodes accept no replacement within the limit of 4 gwei');
  });

  it('resends a transaction that the nodes have lost', async () => {
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter();
    await submitter.tick();
    const [{ transactionHash }] = (await bench.root()).submissions as [Submission];
    await anvil.rpc('anvil_dropTransaction', transactionHash);
    bench.clock.nowMs += POLICY.stallSeconds * 1000;
    await submitter.tick();
    await anvil.mine();
    await submitter.tick();

    const root = await bench.root();
    expect(root).toMatchObject({ state: 'mined', submissions: [{ transactionHash, outcome: 'mined' }] });
    expect(root.submissions).toHaveLength(1);
  });

  it('takes a new nonce only once a foreign transaction with its nonce is confirmed', async () => {
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter();
    await submitter.tick();
    await anvil.rpc('anvil_dropAllTransactions');
    const foreign = await bench.account.signTransaction({
      type: 'eip1559',
      chainId: ANVIL_CHAIN_ID,
      nonce: 0,
      to: bench.account.address,
      gas: 21_000n,
      maxFeePerGas: parseGwei('50'),
      maxPriorityFeePerGas: parseGwei('1'),
    });
    await anvil.rpc('eth_sendRawTransaction', foreign);
    await anvil.mine();

    await submitter.tick();
    expect(await bench.root()).toMatchObject({ state: 'sent' });
    expect((await bench.root()).submissions).toHaveLength(1);
    expect((await bench.root()).reason).toContain('has taken nonce 0');
    await anvil.mine(POLICY.nonceConfirmations);
    await submitter.tick();
    expect(await bench.root()).toMatchObject({ state: 'waiting', submissions: [{ outcome: 'dropped' }] });
    expect(await incidents()).toHaveLength(1);
    await submitter.tick();
    await anvil.mine();
    await submitter.tick();
    expect(await bench.root()).toMatchObject({ state: 'mined', submissions: [{ outcome: 'dropped' }, { nonce: 1 }] });
  });

  it('waits for the confirmations of the policy, and follows a transaction that a reorg removes from its block', async () => {
    const policy = { ...POLICY, confirmations: 3 };
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter({ policy });
    await submitter.tick();
    await anvil.mine();
    await submitter.tick();
    expect((await bench.root()).reason).toContain('1 of 3 confirmations');
    await anvil.rpc('anvil_reorg', 1, []);
    expect(await bench.minedNonce()).toBe(0);
    bench.clock.nowMs += POLICY.stallSeconds * 1000;
    await submitter.tick();
    await anvil.mine(3);
    await submitter.tick();

    expect(await bench.root()).toMatchObject({ state: 'mined', submissions: [{ nonce: 0, outcome: 'mined' }] });
    expect(await bench.accepted()).toBe(1);
  });

  it('sends a root again when a reorg removes its transaction after the root was closed', async () => {
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter();
    await submitter.tick();
    await anvil.mine();
    await submitter.tick();
    expect((await bench.root()).state).toBe('mined');
    await anvil.rpc('anvil_reorg', 1, []);
    bench.clock.nowMs += POLICY.l1SlotSeconds * 1000 - 1000;
    await submitter.tick();
    bench.clock.nowMs += 1000;
    await submitter.tick();
    expect(await bench.root()).toMatchObject({ state: 'sent' });
    expect(await incidents()).toEqual([expect.stringContaining('a reorg removed it')]);

    await submitter.tick();
    await anvil.mine();
    await submitter.tick();
    expect(await bench.root()).toMatchObject({ state: 'mined' });
    expect((await bench.root()).submissions).toHaveLength(1);
    expect(await bench.accepted()).toBe(1);
  });

  it('waits until the previous epoch is proven, because L1 accepts proofs in order', async () => {
    await bench.propose(1);
    await bench.storeRoot(1, 3, 3);
    const submitter = bench.submitter();

    await submitter.tick();
    expect((await bench.root(1)).reason).toBe(
      'L1 has proofs up to checkpoint 0, and accepts this one once checkpoint 2 is proven',
    );
    await bench.call('setTips', 3n, 2n);
    await submitter.tick();
    await anvil.mine();
    await submitter.tick();
    expect((await bench.root(1)).state).toBe('mined');
  });

  it('sends the roots of an account one after the other', async () => {
    await bench.propose(1);
    await bench.storeRoot(0, 1, 2);
    await bench.storeRoot(1, 3, 3);
    const submitter = bench.submitter();
    await submitter.tick();
    await anvil.rpc('anvil_dropTransaction', (await bench.root(0)).submissions[0]?.transactionHash);
    await bench.call('setTips', 3n, 2n);
    await submitter.tick();
    expect((await bench.root(1)).reason).toBe('the transaction of epoch 0 (nonce 0) goes first');
    bench.clock.nowMs += POLICY.stallSeconds * 1000;
    await submitter.tick();
    await anvil.mine();
    await submitter.tick();
    await anvil.mine();
    await submitter.tick();
    await anvil.mine();
    await submitter.tick();
    expect(await bench.root(1)).toMatchObject({ state: 'mined', submissions: [{ nonce: 1 }] });
  });

  it('still sends a root that others have proven, because equal proofs share the reward, and reports theirs', async () => {
    await bench.propose(1);
    await bench.storeRoot(0, 1, 2);
    await bench.call('setTips', 3n, 3n);
    const submitter = bench.submitter();
    await submitter.tick();
    await bench.submitter().tick();
    await anvil.mine();
    await submitter.tick();
    expect((await bench.root()).state).toBe('mined');
    expect(await incidents()).toEqual([
      "L1 has another prover's proof of its checkpoints; the root is submitted for its share of the reward",
    ]);
  });

  it('gives up a root when L1 has a longer proof of its epoch', async () => {
    await bench.propose(0);
    await bench.storeRoot(0, 1, 2);
    await bench.call('setTips', 3n, 3n);
    await bench.submitter().tick();
    expect(await bench.root()).toMatchObject({ state: 'expired', submissions: [] });
    expect((await bench.root()).reason).toContain('L1 has a longer proof of the epoch, up to checkpoint 3');
    expect(await epochState()).toBe('proven');
    expect(await bench.minedNonce()).toBe(0);
  });

  it('gives up a root when L1 already has a proof by the same prover', async () => {
    await bench.storeRoot(0, 1, 2);
    await bench.submitter().tick();
    const other = await deployedTwin();
    await other.submitter().tick();
    expect(await other.root()).toMatchObject({ state: 'expired', submissions: [] });
    expect((await other.root()).reason).toContain('accepts only one');
    expect((await other.engine.epochs.find(epochId(0)))?.state).toBe('proven');
    await other.close();
  });

  it('fails an epoch whose checkpoints stay missing for longer than a reorg may take to bring them back', async () => {
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter();
    await bench.call('setTips', 1n, 0n);
    await submitter.tick();
    expect((await bench.root()).reason).toContain('the last checkpoint on L1 is 1');
    await bench.call('setTips', 2n, 0n);
    await bench.call('setArchive', 2n, rootCall(1, 1).slice(0, 66));
    bench.clock.nowMs += POLICY.reorgPatienceSeconds * 1000 - 1;
    await submitter.tick();
    expect(await bench.root()).toMatchObject({ state: 'waiting' });
    bench.clock.nowMs += 1;
    await bench.call('setTips', 2n, 0n);
    await submitter.tick();
    expect(await bench.root()).toMatchObject({ state: 'expired', submissions: [] });
    expect(await bench.engine.epochs.find(epochId(0))).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('archive') as string,
    });
  });

  it('reports what a publisher without ether holds and needs, and sends once it has enough', async () => {
    await anvil.rpc('anvil_setBalance', bench.account.address, '0x1');
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter();
    await submitter.tick();
    const { state, reason } = await bench.root();
    expect(state).toBe('waiting');
    expect(reason).toMatch(
      new RegExp(
        `^${bench.account.address} holds 0.000000000000000001 ETH but the transaction may cost up to 0\\.\\d+ ETH: send ether`,
      ),
    );
    await anvil.rpc('anvil_setBalance', bench.account.address, '0xde0b6b3a7640000');
    bench.clock.nowMs += POLICY.stallSeconds * 1000;
    await submitter.tick();
    await anvil.mine();
    await submitter.tick();
    expect((await bench.root()).state).toBe('mined');
  });

  it('gives up a root that does not call the rollup, and goes on with the others', async () => {
    await bench.propose(1);
    await bench.storeRoot(0, 1, 2, { data: '0x12345678' });
    await bench.call('setTips', 3n, 2n);
    await bench.storeRoot(1, 3, 3);
    const submitter = bench.submitter();
    await submitter.tick();
    await anvil.mine();
    await submitter.tick();
    expect(await bench.root(0)).toMatchObject({ state: 'expired' });
    expect(await epochState(0)).toBe('failed');
    expect(await bench.root(1)).toMatchObject({ state: 'mined' });
    expect(await incidents()).toEqual([
      expect.stringContaining('it does not call the rollup contract; prove the epoch again'),
    ]);
  });

  it('shows the key in neither the log, the outbox nor the incidents', async () => {
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter();
    await submitter.tick();
    await anvil.mine();
    await submitter.tick();
    const shown = JSON.stringify([bench.lines, await bench.root(), await incidents()]);
    expect(bench.lines.length).toBeGreaterThan(0);
    expect(shown).not.toContain(bench.key.slice(2));
  });

  describe('when the proof window has closed', () => {
    const closeWindow = async (): Promise<void> => {
      const deadlineSeconds = (await bench.root()).deadlineAtMs / 1000;
      await anvil.rpc('evm_setNextBlockTimestamp', deadlineSeconds);
      await anvil.mine();
    };

    it('expires a waiting root, and reports what it waited for', async () => {
      await bench.call('setRefusing', true);
      await bench.storeRoot(0, 1, 2);
      const submitter = bench.submitter();
      await submitter.tick();
      await closeWindow();
      await submitter.tick();
      expect(await bench.root()).toMatchObject({ state: 'expired', submissions: [] });
      expect((await bench.root()).reason).toMatch(
        /^the proof window closed at .*before that: a trial run reverts.*InvalidProof/,
      );
      expect(await epochState()).toBe('expired');
      expect(EPOCH_SECONDS).toBe(2304);
    });

    it('sends nothing that cannot be mined before the deadline', async () => {
      await bench.storeRoot(0, 1, 2);
      const deadlineSeconds = (await bench.root()).deadlineAtMs / 1000;
      await anvil.rpc('evm_setNextBlockTimestamp', deadlineSeconds - POLICY.l1SlotSeconds);
      await anvil.mine();
      await bench.submitter().tick();
      expect(await bench.root()).toMatchObject({ state: 'waiting', submissions: [] });
      expect((await bench.root()).reason).toContain('no L1 block is left before the proof window closes');
    });

    it('cancels a transaction that is still pending, and expires the root once the nonce is used up', async () => {
      await bench.storeRoot(0, 1, 2);
      const submitter = bench.submitter();
      await submitter.tick();
      const [sent] = (await bench.root()).submissions;
      await anvil.rpc('anvil_dropTransaction', sent?.transactionHash);
      await closeWindow();
      await anvil.rpc('eth_sendRawTransaction', sent?.signedTransaction);
      await submitter.tick();
      expect(await bench.root()).toMatchObject({
        state: 'sent',
        submissions: [{ nonce: 0 }, { nonce: 0, cancels: true }],
      });
      expect(await epochState()).toBe('expired');
      await anvil.mine();
      await submitter.tick();
      await anvil.mine();
      await submitter.tick();
      expect(await bench.root()).toMatchObject({
        state: 'expired',
        submissions: [{ outcome: 'replaced' }, { outcome: 'mined' }],
      });
      expect(await bench.accepted()).toBe(0);
      expect(await bench.minedNonce()).toBe(1);
    });
  });

  /** A second outbox over the same rollup, as another fleet of the same prover has it. */
  async function deployedTwin(): Promise<RollupOnAnvil> {
    const twin = await deployRollup(anvil);
    await twin.storeRoot(0, 1, 2, { to: bench.rollup });
    return twin;
  }
});
