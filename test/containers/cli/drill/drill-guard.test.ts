import { describe, expect, it } from 'vitest';

import { type DrillSituation, reasonsAgainstDrill } from '../../../../containers/cli/drill/drill-guard.ts';
import type { EpochRecord } from '../../../../shared/ledger/epoch-ledger.ts';
import { EpochId, makeRollupId, TRIALS } from '../../../../shared/proving-job/epoch-id.ts';
import { epochId } from '../../../fixtures/epoch-id.ts';

const NOW_MS = 1_700_000_000_000;
const ADDRESS = `0x${'0c'.repeat(20)}`;
const LIMITS = { liveChain: undefined, minMarginSeconds: 1_800 };

function anEpoch(id: EpochId = epochId(7), secondsLeft = 7_200): Pick<EpochRecord, 'id' | 'deadlineAtMs'> {
  return { id, deadlineAtMs: NOW_MS + secondsLeft * 1000 };
}

function aSituation(
  open: readonly Pick<EpochRecord, 'id' | 'deadlineAtMs'>[],
  lateSeconds: Readonly<Record<string, number>> = {},
): DrillSituation {
  const predictions = new Map(
    Object.entries(lateSeconds).map(([id, late]) => [
      EpochId.parse(id),
      { rootInSeconds: { early: 0, likely: 0, late } },
    ]),
  );
  return { latest: open as readonly EpochRecord[], open, predictions, nowMs: NOW_MS };
}

describe('the guard of drills', () => {
  it('lets a fleet on a development chain be drilled, and one of trials', () => {
    expect(reasonsAgainstDrill(aSituation([anEpoch(), anEpoch(epochId(1, TRIALS))]), LIMITS)).toEqual([]);
  });

  it.each([
    [1, 'mainnet', ['mainnet', '1']],
    [11_155_111, 'sepolia', ['sepolia', '11155111']],
    [8_453, '8453', ['8453']],
  ])('refuses a fleet on chain %i until --live-chain names it', (chainId, name, accepted) => {
    const situation = aSituation([anEpoch(epochId(7, makeRollupId(chainId, ADDRESS)))]);
    expect(reasonsAgainstDrill(situation, LIMITS)).toEqual([
      `the fleet proves for a live chain, ${name}: a drill there needs --live-chain ${name}`,
    ]);
    expect(reasonsAgainstDrill(situation, { ...LIMITS, liveChain: 'another' })).toHaveLength(1);
    for (const liveChain of accepted) expect(reasonsAgainstDrill(situation, { ...LIMITS, liveChain })).toEqual([]);
  });

  it('takes an epoch without an L1, and a fleet without epochs, for live ones', () => {
    for (const open of [[anEpoch(EpochId.parse('line-6.0.0:7'))], [anEpoch(EpochId.parse('7'))], []]) {
      expect(reasonsAgainstDrill(aSituation(open), LIMITS)).toEqual([
        'the fleet proves for a live chain, unknown: a drill there needs --live-chain unknown',
      ]);
    }
  });

  it('refuses while an epoch is too near to its deadline, now or by its prediction', () => {
    const [near, slow, good] = [anEpoch(epochId(7), 1_799), anEpoch(epochId(8)), anEpoch(epochId(9))];
    const situation = aSituation([near, slow, good], { [slow.id]: 5_401, [good.id]: 5_400 });
    expect(reasonsAgainstDrill(situation, LIMITS)).toEqual([
      'epoch 7 has only 29 min 59 s between its predicted root and its deadline, and --min-margin is 30 min 0 s: ' +
        'wait until it is proven',
      'epoch 8 has only 29 min 59 s between its predicted root and its deadline, and --min-margin is 30 min 0 s: ' +
        'wait until it is proven',
    ]);
  });

  it('refuses where agents are lacking: the root has no predicted time', () => {
    const situation = aSituation([anEpoch()], { [epochId(7)]: Infinity });
    expect(reasonsAgainstDrill(situation, LIMITS)[0]).toMatch(/^epoch 7 has nothing left between/);
  });
});
