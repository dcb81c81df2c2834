import type { CheckpointShape } from '../../../shared/proving-job/checkpoint-shape.ts';
import { Chance } from './chance.ts';
import { EPOCH_SECONDS, type EpochPlan, SLOTS_PER_EPOCH, SLOT_SECONDS, planEpoch } from './epoch-plan.ts';
import { planStream } from './plan-stream.ts';
import type { SimulatedVersion } from './simulated-circuits.ts';
import { FAIR_WEATHER, type Weather, WEATHER_WITH_BROKEN_MACHINES, withDroughts } from './weather.ts';

/** Blocks are 6 s apart on Aztec's mainnet; the last slots of a checkpoint go to its publication. */
const BLOCKS_PER_CHECKPOINT = 10;
const MESSAGES_SHARE = 0.2;

export interface Traffic {
  readonly name: string;
  readonly description: string;
  /** How many of the requested epochs it simulates: large ones take longer. */
  readonly epochsShare: number;
  readonly hasDroughts: boolean;
  readonly windowEpochs: number;
  readonly publicShare: number;
  /** Transactions per second in each slot of an epoch. */
  readonly rates: (epoch: number, chance: Chance) => readonly number[];
}

const everySlot = (rate: number): readonly number[] => new Array<number>(SLOTS_PER_EPOCH).fill(rate);

function burstyRates(_epoch: number, chance: Chance): readonly number[] {
  const rate = [0, 0, 0.02, 0.02, 0.02, 0.2, 0.2, 1][chance.below(8)]!;
  const isLate = chance.happens(1 / 3);
  return everySlot(rate).map((_, slot) => rate * (!isLate ? 1 : slot < (3 * SLOTS_PER_EPOCH) / 4 ? 1 / 3 : 3));
}

export const TRAFFICS: readonly Traffic[] = [
  {
    name: 'empty',
    description: '32 checkpoints without a transaction',
    epochsShare: 1,
    hasDroughts: false,
    windowEpochs: 1,
    publicShare: 0,
    rates: () => everySlot(0),
  },
  {
    name: 'steady',
    description: '0.2 TPS, half of it public',
    epochsShare: 1,
    hasDroughts: false,
    windowEpochs: 1,
    publicShare: 0.5,
    rates: () => everySlot(0.2),
  },
  {
    name: 'bursty',
    description: 'epochs of 0, 0.02, 0.2 or 1 TPS, a third of them with three quarters of it in their last quarter',
    epochsShare: 1,
    hasDroughts: false,
    windowEpochs: 1,
    publicShare: 0.5,
    rates: burstyRates,
  },
  {
    name: 'peak',
    description: '0.1 TPS, every eighth epoch 10 TPS, a fifth of it public',
    epochsShare: 0.1,
    hasDroughts: false,
    windowEpochs: 1,
    publicShare: 0.2,
    rates: (epoch) => everySlot(epoch % 8 === 4 ? 10 : 0.1),
  },
  {
    name: 'drought',
    description: 'as steady, but every six hours there is no Spot for half an hour to two hours',
    epochsShare: 1,
    hasDroughts: true,
    windowEpochs: 1,
    publicShare: 0.5,
    rates: () => everySlot(0.2),
  },
  {
    name: 'overlap',
    description: 'as bursty, with two epochs to prove each in, so that several are open at once',
    epochsShare: 1,
    hasDroughts: false,
    windowEpochs: 2,
    publicShare: 0.5,
    rates: burstyRates,
  },
];

/** The same epochs and droughts for every rule. */
export function planTraffic(
  traffic: Traffic,
  epochs: number,
  seed: number,
  version: SimulatedVersion = '4.1.2',
): { plans: EpochPlan[]; weather: Weather } {
  const plan = version === '4.1.2' ? planEpoch : planStream;
  const weather = version === '4.1.2' ? FAIR_WEATHER : WEATHER_WITH_BROKEN_MACHINES;
  const plans = Array.from({ length: epochs }, (_, epoch) => {
    const chance = new Chance(seed, `${traffic.name} ${epoch}`);
    const shape = traffic.rates(epoch, chance).map((rate) => checkpointAt(rate, traffic.publicShare, chance));
    return plan(epoch, shape, { windowEpochs: traffic.windowEpochs, chance });
  });
  const untilSeconds = (epochs + 3) * EPOCH_SECONDS;
  return {
    plans,
    weather: traffic.hasDroughts
      ? withDroughts(weather, new Chance(seed, `${traffic.name} droughts`), untilSeconds)
      : weather,
  };
}

function checkpointAt(rate: number, publicShare: number, chance: Chance): CheckpointShape {
  const txsPerBlock = (rate * SLOT_SECONDS) / BLOCKS_PER_CHECKPOINT;
  const blocks = Array.from({ length: BLOCKS_PER_CHECKPOINT }, () => ({
    publicTxs: chance.count(txsPerBlock * publicShare),
    privateTxs: chance.count(txsPerBlock * (1 - publicShare)),
  })).filter(({ publicTxs, privateTxs }, block) => block === 0 || publicTxs + privateTxs > 0);
  return { blocks, l1ToL2Messages: chance.happens(MESSAGES_SHARE) ? 1 + chance.below(8) : 0 };
}
