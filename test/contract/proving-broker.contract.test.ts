import { openEmbeddedHarness } from './embedded-harness.ts';
import { describeProvingBrokerContract } from './proving-broker.contract.ts';

describeProvingBrokerContract('embedded', () => openEmbeddedHarness());
