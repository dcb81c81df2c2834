import { describeBrokerTroubleContract } from './broker-trouble.contract.ts';
import { openEmbeddedHarness } from './embedded-harness.ts';

describeBrokerTroubleContract('embedded', () => openEmbeddedHarness());
