import { startAwsEmulator } from '../../../containers/local-fleet/aws-emulator.ts';

// Run by the test as a parent that can be killed: starts an emulator, says which process that is, and waits.
const { pid } = await startAwsEmulator();
process.send?.(pid);
