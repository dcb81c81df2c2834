import { etherOf } from '../../../../shared/cost/ether.ts';
import type { EpochSummary } from '../../api/epochs.ts';

/** What an epoch cost and pays, all in one unit; unknown amounts are `undefined`. */
export interface EpochMoney {
  readonly epoch: EpochSummary;
  readonly agents: number | undefined;
  readonly gas: number | undefined;
  readonly reward: number | undefined;
}

export interface Money {
  /** `dollars` where the price of anything is known, else `ether`: without a price of ether only gas and rewards compare. */
  readonly unit: 'dollars' | 'ether';
  /** Oldest first, and only epochs of which some amount is known. */
  readonly epochs: readonly EpochMoney[];
}

/** Compares what epochs cost with what they pay. */
export function moneyOf(epochs: readonly EpochSummary[]): Money {
  const isInDollars = epochs.some(
    ({ agentsDollars, gasDollars, rewardDollars }) => (agentsDollars ?? gasDollars ?? rewardDollars) !== undefined,
  );
  const ether = (wei: string | undefined): number | undefined => (wei === undefined ? undefined : etherOf(wei));
  const compared = epochs.map(
    (epoch): EpochMoney =>
      isInDollars
        ? { epoch, agents: epoch.agentsDollars, gas: epoch.gasDollars, reward: epoch.rewardDollars }
        : { epoch, agents: undefined, gas: ether(epoch.gasWei), reward: ether(epoch.rewardWei) },
  );
  return {
    unit: isInDollars ? 'dollars' : 'ether',
    epochs: compared.filter(({ agents, gas, reward }) => (agents ?? gas ?? reward) !== undefined).toReversed(),
  };
}
