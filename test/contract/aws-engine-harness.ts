import { openAwsEngine } from '../../shared/engine/aws/aws-engine.ts';
import { openAwsHarness } from './aws-harness.ts';
import type { EngineHarness } from './engine-harness.ts';

/** An engine on separate resources of the emulator. */
export async function openAwsEngineHarness(): Promise<EngineHarness> {
  const harness = await openAwsHarness(['queues', 'bucket', 'table']);
  const { connection, names, leaseSeconds } = harness;
  const prefix = names.ledgerTable.replace(/-ledger$/, '');
  const engine = openAwsEngine({ prefix, connection, leaseSeconds, nowMs: () => harness.nowMs() });
  return {
    ...harness,
    engine,
    async close() {
      await engine.close();
      await harness.close();
    },
  };
}
