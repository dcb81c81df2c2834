import { awsResourceNames } from '../engine/aws/aws-resource-names.ts';
import type { EngineOptions } from '../engine/open-engine.ts';
import type { GrowingEpochs } from './growing-epoch.ts';

/** Where the node tells the scaler of what grows; `undefined` for agents of one machine, which nothing scales. */
export async function openGrowingEpochs(
  options: EngineOptions,
): Promise<(GrowingEpochs & { close(): void }) | undefined> {
  if (options.engine !== 'aws') return undefined;
  // Loaded only where they are needed, as the engine itself is.
  const [{ createAwsClients }, { DynamoGrowingEpochs }] = await Promise.all([
    import('../engine/aws/aws-clients.ts'),
    import('../engine/aws/dynamo-ledgers/dynamo-growing-epochs.ts'),
  ]);
  const clients = createAwsClients(options.connection);
  const growing = new DynamoGrowingEpochs({
    client: clients.dynamo,
    name: awsResourceNames(options.prefix).ledgerTable,
  });
  return {
    tell: (epoch) => growing.tell(epoch),
    latest: () => growing.latest(),
    close: () => clients.close(),
  };
}
