import { openEmbeddedHarness } from './embedded-harness.ts';
import { describeNewRollup } from './new-rollup.contract.ts';

describeNewRollup('embedded', () => openEmbeddedHarness());
