import { describeConsole } from './console.contract.ts';
import { openEmbeddedHarness } from './embedded-harness.ts';

describeConsole('embedded', () => openEmbeddedHarness());
