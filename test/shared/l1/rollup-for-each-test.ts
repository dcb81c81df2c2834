import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

import { deployRollup, type RollupOnAnvil } from './rollup-on-anvil.ts';
import { type Anvil, startAnvil } from './start-anvil.ts';

export interface RollupOfTest {
  readonly anvil: Anvil;
  readonly bench: RollupOnAnvil;
}

/**
 * Starts one anvil for a suite, and deploys a new rollup on it for each test, with two checkpoints of epoch 0. After a test
 * no transaction is pending, and the base fee is 1 gwei.
 * @param use called before each test
 */
export function rollupForEachTest(use: (deployed: RollupOfTest) => void): void {
  let anvil: Anvil;
  let bench: RollupOnAnvil;
  beforeAll(async () => {
    anvil = await startAnvil();
  });
  afterAll(async () => {
    await anvil.stop();
  });
  beforeEach(async () => {
    bench = await deployRollup(anvil);
    await bench.propose(0, 0);
    use({ anvil, bench });
  });
  afterEach(async () => {
    await anvil.rpc('anvil_dropAllTransactions');
    await anvil.rpc('anvil_setNextBlockBaseFeePerGas', '0x3b9aca00');
    await anvil.mine();
    await bench.close();
  });
}
