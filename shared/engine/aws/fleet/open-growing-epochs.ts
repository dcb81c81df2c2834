import { awsResourceNames } from '../aws-resource-names.ts';
import type { EngineOptions } from '../../open-engine.ts';
import type { GrowingEpochs } from '../../../agent-fleet/growing-epoch.ts';

/** Where the node tells the scaler of what grows; `undefined` for agents of one machine, which nothing scales. */
export async function openGrowingEpochs(
  options: EngineOptions,
): Promise<(GrowingEpochs & { close(): void }) | undefined> {
  if (options.engine !== 'aws') return undefined;
  // Loaded only where they are needed, as the engine itself is.
  const [{ createAwsClients }, { DynamoGrowingEpochs }] = await Promise.all([
    import('../aws-clients.ts'),
    import('../dynamo-ledgers/dynamo-growing-epochs.ts'),
  ]);
  const clients = createAwsClients(options.connection);
  const growing = new DynamoGrowingEpochs({
    client: clients.dynamo,
    name: awsResourceNames(options.prefix).ledgerTable,
  });
  return {
    report: (epoch) => growing.report(epoch),
    latest: () => growing.latest(),
    close: () => clients.close(),
  };
}
