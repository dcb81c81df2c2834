import { type Hex, parseGwei } from 'viem';
import { describe, expect, it } from 'vitest';

import { decideSubmission, type SubmissionSituation } from '../../../../shared/l1/submission/decide-submission.ts';
import type { Refusal, SubmissionStep } from '../../../../shared/l1/submission/submission-step.ts';
import { judgeRollupView, type RollupView } from '../../../../shared/l1/verdict/judge-rollup-root.ts';
import type { RootView, SubmissionReceipt } from '../../../../shared/l1/submission/root-view.ts';
import type { RootCall } from '../../../../shared/l1/verdict/decode-root-call.ts';
import { DEFAULT_SUBMISSION_POLICY } from '../../../../shared/l1/submission/submission-policy.ts';
import { RangeId } from '../../../../shared/ledger/job-ledger.ts';
import type { RootRecord, Submission } from '../../../../shared/ledger/outbox.ts';
import { epochId } from '../../../fixtures/epoch-id.ts';
import { type EpochId, EpochNumber, makeRollupId, parseEpochId } from '../../../../shared/proving-job/epoch-id.ts';

const NOW_MS = 1_000_000_000;
const DEADLINE_MS = NOW_MS + 600_000;
const OURS: Hex = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const THEIRS: Hex = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';
const POLICY = DEFAULT_SUBMISSION_POLICY;
const STALL_MS = POLICY.stallSeconds * 1000;

const call: RootCall = {
  firstCheckpoint: 5,
  lastCheckpoint: 8,
  previousArchive: '0x04',
  endArchive: '0x08',
  proverId: '0xcc',
};

function aSubmission(change: Partial<Submission> = {}): Submission {
  return {
    transactionHash: '0x01',
    signedTransaction: '0x02',
    from: OURS,
    nonce: 7,
    gasLimit: '1000000',
    maxFeePerGasWei: parseGwei('20').toString(),
    maxPriorityFeePerGasWei: parseGwei('2').toString(),
    signedAtMs: NOW_MS,
    ...change,
  };
}

function aRoot(...submissions: Submission[]): RootRecord {
  return {
    epochId: epochId(3),
    epoch: EpochNumber.parse(3),
    rangeId: RangeId.parse('0x08'),
    firstCheckpoint: 5,
    lastCheckpoint: 8,
    contract: 'aztec-rollup',
    to: '0xdd',
    data: '0x',
    deadlineAtMs: DEADLINE_MS,
    storedAtMs: NOW_MS,
    state: submissions.some(({ outcome }) => outcome === undefined) ? 'sent' : 'waiting',
    submissions,
    version: 1,
  };
}

function aReceipt(change: Partial<SubmissionReceipt> = {}): SubmissionReceipt {
  return { transactionHash: '0x01', isSuccess: true, blockNumber: 100, gasUsed: 900_000n, ...change };
}

interface Changes {
  readonly root?: RootRecord;
  readonly view?: Partial<Omit<RootView, 'verdict' | 'sender'>>;
  readonly rollup?: Partial<RollupView>;
  readonly sender?: Partial<RootView['sender']>;
  readonly memory?: SubmissionSituation['memory'];
  readonly nowMs?: number;
  readonly busyWith?: SubmissionSituation['busyWith'];
  readonly confirmations?: number;
}

function decide(changes: Changes = {}): SubmissionStep {
  const root = changes.root ?? aRoot();
  const rollup: RollupView = {
    pendingCheckpoint: 9,
    provenCheckpoint: 4,
    previousArchive: '0x04',
    endArchive: '0x08',
    hasSubmitted: false,
    isLongerProven: false,
    ...changes.rollup,
  };
  const view: RootView = {
    blockNumber: 100,
    blockAtMs: NOW_MS,
    market: { baseFeePerGasWei: parseGwei('10'), priorityFeePerGasWei: parseGwei('1') },
    verdict: judgeRollupView(root, call, rollup, changes.view?.blockAtMs ?? NOW_MS),
    sender: {
      address: OURS,
      latestNonce: 7,
      confirmedNonce: 0,
      pendingNonce: 7,
      balanceWei: 10n ** 18n,
      ...changes.sender,
    },
    receipts: [],
    isNewestKnown: true,
    ...changes.view,
  };
  return decideSubmission({
    root,
    view,
    policy: { ...POLICY, confirmations: changes.confirmations ?? 1 },
    nowMs: changes.nowMs ?? NOW_MS,
    address: OURS,
    busyWith: changes.busyWith,
    memory: changes.memory ?? {},
  });
}

describe('decideSubmission, for a root without a pending transaction', () => {
  it('submits with the next nonce of the account, after the transactions already pending there', () => {
    expect(decide()).toMatchObject({ do: 'submit', nonce: 7 });
    expect(decide({ sender: { pendingNonce: 9 } })).toMatchObject({ do: 'submit', nonce: 9 });
    expect(decide({ sender: { latestNonce: 8, pendingNonce: 5 } })).toMatchObject({ do: 'submit', nonce: 8 });
  });

  it.each<[string, Changes, string]>([
    ['the previous epoch is not proven', { rollup: { provenCheckpoint: 3 } }, 'previous-epoch'],
    ['another root of the account goes first', { busyWith: { epochId: epochId(2), nonce: 7 } }, 'account-busy'],
    ['no block is left before the deadline', { view: { blockAtMs: DEADLINE_MS - 12_000 } }, 'too-late'],
    ['a trial run has just failed', { memory: { retryAtMs: NOW_MS + 1 } }, 'retry'],
    [
      'gas on L1 costs more than the cap',
      { view: { market: { baseFeePerGasWei: parseGwei('2000'), priorityFeePerGasWei: 1n } } },
      'fee-cap',
    ],
  ])('waits while %s', (_, changes, cause) => {
    expect(decide(changes)).toMatchObject({ do: 'wait', cause });
  });

  it('names the epoch that goes first by its number, and by its id where it is of another rollup', () => {
    const reasonFor = (other: EpochId): unknown => decide({ busyWith: { epochId: other, nonce: 7 } });
    const ours = parseEpochId(aRoot().epochId).rollup;
    expect(reasonFor(epochId(2, ours))).toMatchObject({ reason: 'the transaction of epoch 2 (nonce 7) goes first' });
    const other = epochId(2, makeRollupId(1, `0x${'bb'.repeat(20)}`));
    expect(reasonFor(other)).toMatchObject({ reason: `the transaction of epoch ${other} (nonce 7) goes first` });
  });

  it('doubles the pause with every revert that cost gas, up to the longest', () => {
    const reverted = aSubmission({ outcome: 'reverted' });
    const afterOne = { root: aRoot(reverted) };
    expect(decide({ ...afterOne, nowMs: NOW_MS + 11_999 })).toMatchObject({ do: 'wait', cause: 'retry' });
    expect(decide({ ...afterOne, nowMs: NOW_MS + 12_000 })).toMatchObject({ do: 'submit' });
    const afterThree = { root: aRoot(reverted, reverted, reverted) };
    expect(decide({ ...afterThree, nowMs: NOW_MS + 47_999 })).toMatchObject({ do: 'wait', againAtMs: NOW_MS + 48_000 });
    const afterMany = { root: aRoot(...Array.from({ length: 20 }, () => reverted)) };
    expect(decide({ ...afterMany, nowMs: NOW_MS + 300_000 })).toMatchObject({ do: 'submit' });
  });

  it.each<[string, Changes, string]>([
    ['the window has just closed', { view: { blockAtMs: DEADLINE_MS } }, 'expired'],
    ['this prover has submitted it from elsewhere', { rollup: { hasSubmitted: true } }, 'proven'],
    ['a longer proof is on L1', { rollup: { provenCheckpoint: 9, isLongerProven: true } }, 'proven'],
    [
      'its checkpoints have been missing for long',
      { rollup: { pendingCheckpoint: 7 }, memory: { goneSinceMs: NOW_MS - 24_000 } },
      'failed',
    ],
  ])('gives it up when %s', (_, changes, epochState) => {
    expect(decide(changes)).toMatchObject({ do: 'give-up', death: { epochState } });
  });

  it('submits even if others have proven the epoch and later ones, because an equal proof shares the reward', () => {
    expect(decide({ rollup: { provenCheckpoint: 8 } })).toMatchObject({ do: 'submit' });
    expect(decide({ rollup: { provenCheckpoint: 12 } })).toMatchObject({ do: 'submit' });
  });

  it.each<[string, Changes['rollup'], string]>([
    ['the chain is shorter', { pendingCheckpoint: 7 }, 'the last checkpoint on L1 is 7'],
    [
      'the last checkpoint is a different one',
      { endArchive: '0x99' },
      'archive 0x99 at checkpoint 8, but 0x08 was proven',
    ],
    [
      'the checkpoint before is a different one',
      { previousArchive: '0x98' },
      'archive 0x98 at checkpoint 4, but 0x04 was proven',
    ],
  ])('waits a while for its checkpoints to come back when %s', (_, rollup, reason) => {
    const step = decide({ rollup: { ...rollup }, memory: { goneSinceMs: NOW_MS - 23_999 } });
    expect(step).toMatchObject({ do: 'wait', cause: 'checkpoints-gone', againAtMs: NOW_MS + 1 });
    expect(step).toHaveProperty('reason', expect.stringContaining(reason));
  });

  it('confirms a transaction that was dropped but mined after all', () => {
    const root = aRoot(aSubmission({ outcome: 'dropped' }));
    expect(decide({ root, view: { receipts: [aReceipt()] } })).toMatchObject({ do: 'confirm' });
  });
});

describe('decideSubmission, for a root with a pending transaction', () => {
  it('confirms it once it has enough confirmations', () => {
    const view = { receipts: [aReceipt({ blockNumber: 99 })] };
    expect(decide({ root: aRoot(aSubmission()), view, confirmations: 3 })).toMatchObject({
      do: 'wait',
      cause: 'confirmations',
    });
    expect(decide({ root: aRoot(aSubmission()), view, confirmations: 2 })).toMatchObject({ do: 'confirm' });
  });

  it('counts the proof when a transaction that reverted is mined as well', () => {
    const root = aRoot(aSubmission({ outcome: 'dropped' }), aSubmission({ transactionHash: '0x05', nonce: 8 }));
    const receipts = [aReceipt({ transactionHash: '0x05', isSuccess: false }), aReceipt()];
    expect(decide({ root, view: { receipts } })).toMatchObject({ receipt: { transactionHash: '0x01' } });
  });

  it('gives up a nonce that a foreign transaction took only once that is confirmed', () => {
    const root = aRoot(aSubmission());
    expect(decide({ root, sender: { latestNonce: 8, confirmedNonce: 7 } })).toMatchObject({ cause: 'nonce-taken' });
    expect(decide({ root, sender: { latestNonce: 8, confirmedNonce: 8 } })).toMatchObject({ do: 'drop' });
  });

  it('resends it when no node has it, but not on every tick', () => {
    const newest = aSubmission();
    const changes = { root: aRoot(newest), view: { isNewestKnown: false } };
    expect(decide(changes)).toEqual({ do: 'broadcast', submission: newest });
    const memory = { broadcast: { hash: newest.transactionHash, sinceMs: NOW_MS, atMs: NOW_MS } };
    expect(decide({ ...changes, memory, nowMs: NOW_MS + STALL_MS - 1 })).toMatchObject({
      do: 'wait',
      cause: 'pending',
    });
    expect(decide({ ...changes, memory, nowMs: NOW_MS + STALL_MS })).toMatchObject({ do: 'broadcast' });
  });

  it('checks again when it will be stuck, even without a new block', () => {
    const step = decide({ root: aRoot(aSubmission({ signedAtMs: NOW_MS - 5_000 })) });
    expect(step).toMatchObject({ do: 'wait', cause: 'pending', againAtMs: NOW_MS - 5_000 + STALL_MS });
  });

  it('replaces it under the same nonce when it is stuck', () => {
    const step = decide({ root: aRoot(aSubmission()), nowMs: NOW_MS + STALL_MS });
    expect(step).toMatchObject({ do: 'submit', nonce: 7, fees: { maxPriorityFeePerGasWei: parseGwei('3') } });
  });

  it('counts from when a node accepted it, so that a transaction that waited out an outage is not replaced at once', () => {
    const broadcast = { hash: '0x01', sinceMs: NOW_MS + STALL_MS * 50, atMs: NOW_MS + STALL_MS * 50 } as const;
    const changes = { root: aRoot(aSubmission()), memory: { broadcast } };
    expect(decide({ ...changes, nowMs: broadcast.atMs + STALL_MS - 1 })).toMatchObject({
      do: 'wait',
      cause: 'pending',
    });
    expect(decide({ ...changes, nowMs: broadcast.atMs + STALL_MS })).toMatchObject({ do: 'submit', nonce: 7 });
  });

  it('replaces it when the node accepted it twice but never shows it', () => {
    const broadcast = { hash: '0x01', sinceMs: NOW_MS, atMs: NOW_MS + STALL_MS } as const;
    const changes = { root: aRoot(aSubmission()), view: { isNewestKnown: false }, memory: { broadcast } };
    expect(decide({ ...changes, nowMs: NOW_MS + 2 * STALL_MS - 1 })).toMatchObject({ do: 'wait', cause: 'pending' });
    expect(decide({ ...changes, nowMs: NOW_MS + 2 * STALL_MS })).toMatchObject({ do: 'submit', nonce: 7 });
  });

  it('speeds up as often as the policy says, and beyond that only when fees have risen past its offer', () => {
    const spent = Array.from({ length: 1 + POLICY.maxSpeedUps }, () => aSubmission());
    const changes = { root: aRoot(...spent), nowMs: NOW_MS + STALL_MS };
    expect(decide(changes)).toMatchObject({ do: 'wait', cause: 'pending' });
    const market = { baseFeePerGasWei: parseGwei('21'), priorityFeePerGasWei: parseGwei('1') };
    expect(decide({ ...changes, view: { market } })).toMatchObject({ do: 'submit', nonce: 7 });
  });

  it('raises the fees at once when the node refuses them, and waits with the words of the node when it refuses for another cause', () => {
    const refused = (isAboutFees: boolean): Changes => ({
      root: aRoot(aSubmission()),
      view: { isNewestKnown: false },
      memory: {
        broadcast: {
          hash: '0x01',
          sinceMs: NOW_MS,
          atMs: NOW_MS,
          refusal: { isAboutFees, message: 'the words of the node' },
        },
      },
    });
    expect(decide(refused(true))).toMatchObject({ do: 'submit', nonce: 7 });
    expect(decide(refused(false))).toMatchObject({ do: 'wait', cause: 'refused-by-node' });
    expect(decide(refused(false))).toHaveProperty('reason', 'the L1 node refuses 0x01: the words of the node');
  });

  it('names the nonce it waits for when another program has left a gap, and warns', () => {
    const step = decide({ root: aRoot(aSubmission()), sender: { latestNonce: 5 }, nowMs: NOW_MS + STALL_MS });
    expect(step).toMatchObject({ do: 'wait', cause: 'nonce-blocked' });
    expect(step).toHaveProperty('reason', expect.stringContaining(`waits behind nonce 5 of ${OURS}`));
  });

  it('cancels a transaction of the account however the record writes its address', () => {
    const root = aRoot(aSubmission({ from: OURS.toLowerCase() as Hex }));
    const gone = { rollup: { pendingCheckpoint: 7 }, memory: { goneSinceMs: 0 } };
    expect(decide({ root, ...gone })).toMatchObject({ do: 'cancel' });
  });

  it('watches and resends a transaction signed by another key, and never replaces it', () => {
    const root = aRoot(aSubmission({ from: THEIRS }));
    expect(decide({ root, nowMs: NOW_MS + STALL_MS })).toMatchObject({ do: 'wait', cause: 'pending' });
    expect(decide({ root, view: { isNewestKnown: false } })).toMatchObject({ do: 'broadcast' });
    const gone = { rollup: { pendingCheckpoint: 7 }, memory: { goneSinceMs: 0 } };
    expect(decide({ root, ...gone })).toMatchObject({ do: 'wait', cause: 'other-key' });
    expect(decide({ root, view: { blockAtMs: DEADLINE_MS } })).toMatchObject({ do: 'give-up' });
  });
});

describe('decideSubmission, for a transaction that all nodes refuse', () => {
  const dear = aSubmission({ maxFeePerGasWei: parseGwei('300').toString() });
  const refused = (message: string, fees: Partial<Refusal> = {}): Changes => ({
    root: aRoot(dear),
    view: { isNewestKnown: false },
    memory: {
      broadcast: {
        hash: dear.transactionHash,
        sinceMs: NOW_MS,
        atMs: NOW_MS,
        refusal: { isAboutFees: false, message, ...fees },
      },
    },
  });
  const aboveCap = refused('exceeds the configured cap', { isAboutFees: true, isTooMuch: true });

  it('makes it anew at its nonce with the fees of now, which may be lower', () => {
    const step = decide(aboveCap);
    expect(step).toMatchObject({ do: 'submit', nonce: 7, fees: { maxPriorityFeePerGasWei: parseGwei('1.2') } });
    const other = refused('insufficient funds');
    expect(decide({ ...other, nowMs: NOW_MS + STALL_MS })).toEqual(step);
    expect(decide(other)).toMatchObject({ do: 'wait', cause: 'refused-by-node' });
  });

  it('raises no fees that are too much, and offers lower ones only when gas has become clearly cheaper', () => {
    const market = { baseFeePerGasWei: parseGwei('280'), priorityFeePerGasWei: parseGwei('1') };
    expect(decide({ ...aboveCap, view: { isNewestKnown: false, market } })).toMatchObject({ cause: 'refused-by-node' });
  });

  it('offers no lower fees once a node has it', () => {
    expect(decide({ ...aboveCap, view: { isNewestKnown: true } })).toMatchObject({ do: 'wait', cause: 'pending' });
  });

  it('frees the account when the window is over', () => {
    const over = { isNewestKnown: false, blockAtMs: DEADLINE_MS };
    expect(decide({ ...aboveCap, view: over })).toMatchObject({ do: 'give-up', death: { epochState: 'expired' } });
    expect(decide({ root: aRoot(dear), view: over })).toMatchObject({ do: 'give-up' });
    const cancelling = { ...aSubmission(), cancels: true } as const;
    expect(decide({ ...aboveCap, root: aRoot(dear, cancelling), view: over })).toMatchObject({ do: 'give-up' });
  });
});

describe('decideSubmission, for addresses', () => {
  it('knows its own in any case of the letters', () => {
    const root = aRoot(aSubmission({ from: OURS.toLowerCase() as Hex }));
    expect(decide({ root, nowMs: NOW_MS + STALL_MS })).toMatchObject({ do: 'submit', nonce: 7 });
  });
});

describe('decideSubmission, while no node follows L1', () => {
  const root = aRoot(aSubmission());
  const stale = { blockAtMs: NOW_MS, isStale: true };

  it('replaces nothing, because the transaction may be mined already', () => {
    const changes = { root, nowMs: NOW_MS + 10 * STALL_MS };
    expect(decide({ ...changes, view: stale })).toMatchObject({ do: 'wait', cause: 'pending' });
  });

  it('gives the root up once its window has been over for long by the clock, and not before', () => {
    const overMs = DEADLINE_MS + POLICY.reorgWatchSeconds * 1000;
    const at = (nowMs: number, isStale: boolean): SubmissionStep =>
      decide({ root, nowMs, view: { blockAtMs: DEADLINE_MS, isStale } });
    expect(at(overMs - 1, true)).toMatchObject({ do: 'cancel' });
    expect(at(overMs, true)).toMatchObject({ do: 'give-up', death: { epochState: 'expired' } });
    expect(at(overMs, false)).toMatchObject({ do: 'cancel' });
  });
});

describe('decideSubmission, for a dead root with a pending transaction', () => {
  const dead = { view: { blockAtMs: DEADLINE_MS } };
  const cancelling = aSubmission({
    transactionHash: '0x06',
    cancels: true,
    maxFeePerGasWei: parseGwei('30').toString(),
  });

  it('cancels it under the same nonce', () => {
    expect(decide({ root: aRoot(aSubmission()), ...dead })).toMatchObject({
      do: 'cancel',
      nonce: 7,
      death: { epochState: 'expired' },
    });
  });

  it('keeps to the cap when it cancels, too', () => {
    const atCap = aSubmission({ maxFeePerGasWei: POLICY.maxFeePerGasWei.toString() });
    expect(decide({ root: aRoot(atCap), ...dead })).toMatchObject({ do: 'wait', cause: 'fee-cap' });
  });

  it('waits for the cancelling transaction, resends it, and replaces it when it is stuck', () => {
    const root = aRoot(aSubmission(), cancelling);
    expect(decide({ root, ...dead })).toMatchObject({ do: 'wait', cause: 'pending' });
    expect(decide({ root, view: { ...dead.view, isNewestKnown: false } })).toMatchObject({ do: 'broadcast' });
    expect(decide({ root, ...dead, nowMs: NOW_MS + STALL_MS })).toMatchObject({ do: 'cancel', nonce: 7 });
  });

  it('does not raise the fees of the cancelling transaction while a lower nonce is missing', () => {
    const blocked = { root: aRoot(aSubmission(), cancelling), ...dead, sender: { latestNonce: 5 } };
    expect(decide({ ...blocked, nowMs: NOW_MS + STALL_MS })).toMatchObject({ do: 'wait', cause: 'nonce-blocked' });
  });

  it('submits it after all when its checkpoints have come back', () => {
    expect(decide({ root: aRoot(aSubmission(), cancelling) })).toMatchObject({ do: 'submit', nonce: 7 });
  });
});
