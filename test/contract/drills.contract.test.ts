import { describeDrillsContract } from './drills.contract.ts';
import { openEmbeddedHarness } from './embedded-harness.ts';

describeDrillsContract('embedded', openEmbeddedHarness);
