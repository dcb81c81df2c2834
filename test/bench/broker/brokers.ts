import { errorText } from '../../../shared/telemetry/error-text.ts';
import { fetchAztec520 } from '../../fixtures/aztec-5.2.0/packages.ts';
import { CoppiceBroker } from '../../fixtures/coppice-broker.ts';
import { AZTEC_BATCH_INTERVAL_MS, startAztecBroker } from '../aztec-broker.ts';
import type { BrokerUnderTest } from './broker-under-test.ts';

/** The version of Aztec that the clients of the bench are of. */
const CLIENT_VERSION = '4.1.2';

export interface BrokersUnderTest {
  readonly coppice: BrokerUnderTest;
  readonly aztec412: BrokerUnderTest;
  /** Absent where its packages cannot be had. */
  readonly aztec520: BrokerUnderTest | undefined;
}

/** Starts our broker, and Aztec's of two versions, each in a separate process and idle. */
export async function startBrokers(): Promise<BrokersUnderTest> {
  const coppice = await CoppiceBroker.start({ aztecVersion: CLIENT_VERSION });
  return {
    coppice: { name: 'Coppice', url: coppice.url, pid: coppice.pid, close: () => coppice.close() },
    aztec412: await startAztec('4.1.2'),
    aztec520: await startAztec520(),
  };
}

async function startAztec(version: '4.1.2' | '5.2.0'): Promise<BrokerUnderTest> {
  return {
    name: `Aztec ${version}`,
    ...(await startAztecBroker({ version, batchIntervalMs: AZTEC_BATCH_INTERVAL_MS })),
  };
}

async function startAztec520(): Promise<BrokerUnderTest | undefined> {
  try {
    await fetchAztec520();
  } catch (error) {
    console.log(`without Aztec's broker 5.2.0, whose packages npm did not give: ${errorText(error)}\n`);
    return undefined;
  }
  return startAztec('5.2.0');
}
