import { existsSync } from 'node:fs';
import path from 'node:path';

import { checkSqliteDatabase } from '../../../../shared/engine/embedded/sqlite-database.ts';
import type { Engine } from '../../../../shared/engine/engine.ts';
import { type EngineOptions, openEngine } from '../../../../shared/engine/open-engine.ts';
import type { Pool } from '../../../../shared/proving-job/circuit-family.ts';
import { errorText } from '../../../../shared/telemetry/error-text.ts';
import { redactUrls } from '../../../../shared/telemetry/redact-urls.ts';
import { explainError } from '../../../processes/explain-error.ts';
import { checkFolder } from './check-folder.ts';
import { missing, ready, type RoleFinding } from './role-finding.ts';

type Embedded = EngineOptions & { readonly engine: 'embedded' };
type Aws = EngineOptions & { readonly engine: 'aws' };

export interface CheckEngineOptions {
  readonly engineOptions: EngineOptions;
  /** On AWS, which of the fleet's resources the role's own permissions let it read. */
  readonly reads: readonly ('ledger' | 'queues' | 'proofs')[];
  /** The pools whose queues those are. @default all */
  readonly pools?: readonly Pool[] | undefined;
}

/** Whether the ledger, the queue and the proofs can be used. Creates none of them. */
export async function checkEngine({ engineOptions, ...wanted }: CheckEngineOptions): Promise<readonly RoleFinding[]> {
  return engineOptions.engine === 'embedded' ? checkEmbedded(engineOptions) : checkAws(engineOptions, wanted);
}

async function checkEmbedded(options: Embedded): Promise<readonly RoleFinding[]> {
  const { dataDirectory, proofsDirectory = path.join(dataDirectory, 'proofs') } = options;
  return [
    ...(await checkFolder('folder of the ledger', dataDirectory)),
    ...(await checkFolder('folder of the proofs', proofsDirectory)),
    ...checkDatabase(options),
  ];
}

function checkDatabase(options: Embedded): readonly RoleFinding[] {
  const file = path.join(options.dataDirectory, 'coppice.sqlite');
  const subject = 'database';
  if (!existsSync(file)) return [ready(subject, `${file} is new and will be made`)];
  try {
    checkSqliteDatabase(file);
    return [ready(subject, `${file} can be read`)];
  } catch (error) {
    return [missing('machine', subject, explainError(error, options) ?? errorText(error))];
  }
}

/** A program that is started works once AWS does, so what fails here is awaited. */
async function checkAws(
  options: Aws,
  { reads, pools }: Omit<CheckEngineOptions, 'engineOptions'>,
): Promise<readonly RoleFinding[]> {
  const { prefix } = options;
  const engine = await openEngine(options);
  const check = async (
    subject: string,
    read: (engine: Engine) => Promise<unknown>,
    can = 'can be read',
  ): Promise<RoleFinding> => {
    try {
      await read(engine);
      return ready(subject, `of the fleet ${prefix} ${can}`);
    } catch (error) {
      return missing('awaited', subject, redactUrls(explainError(error, options) ?? errorText(error)));
    }
  };
  try {
    return await Promise.all([
      ...(reads.includes('ledger') ? [check('table on AWS', ({ epochs }) => epochs.latest(1))] : []),
      ...(reads.includes('queues') ? [check('queues on AWS', ({ queue }) => queue.depths(pools))] : []),
      ...(reads.includes('proofs')
        ? [check('bucket of the proofs', () => probeBucket(options), 'can be read and written')]
        : []),
    ]);
  } finally {
    await engine.close();
  }
}

async function probeBucket({ prefix, bucket, connection }: Aws): Promise<void> {
  const [{ createAwsClients }, { awsResourceNames }, { probeProofsBucket }] = await Promise.all([
    import('../../../../shared/engine/aws/aws-clients.ts'),
    import('../../../../shared/engine/aws/aws-resource-names.ts'),
    import('../../../../shared/engine/aws/s3/probe-proofs-bucket.ts'),
  ]);
  const clients = createAwsClients(connection);
  try {
    await probeProofsBucket({ s3: clients.s3, bucket: awsResourceNames(prefix, bucket).proofsBucket });
  } finally {
    clients.close();
  }
}
