import { createNamespacedSafeJsonRpcServer, startHttpRpcServer } from '@aztec/foundation/json-rpc/server';
import { getPackageVersion } from '@aztec/stdlib/update-checker';
import { getVersioningMiddleware } from '@aztec/stdlib/versioning';

import { whenAborted } from '../../shared/retry/when-aborted.ts';
import { createLogger } from '../../shared/telemetry/logger.ts';
import { refuseDevelopmentCrs } from '../../shared/l1/development-chains.ts';
import { useDevelopmentKeys } from '../aztec-keys/use-development-keys.ts';
import { endSignal } from '../processes/end-signals.ts';
import { startAztecHashing } from '../processes/start-aztec-hashing.ts';
import type { AztecService } from './aztec-service.ts';

// `aztec start --prover-node` or `--prover-agent` of the installed version, put together from Aztec's packages as its command
// line does it, because the command line itself is a gigabyte more to install. For development networks: it listens on the
// loopback interface only, and has no administrative API.
//
//     aztec-start.ts --prover-node | --prover-agent

// With COPPICE_DEVELOPMENT_KEYS, under the verification keys in that folder in place of Aztec's.

const PROGRAMS: Readonly<Record<string, () => Promise<AztecService>>> = {
  '--prover-node': async () => (await import('./start-prover-node.ts')).startProverNode(),
  '--prover-agent': async () => (await import('./start-prover-agent.ts')).startProverAgent(),
};

const log = createLogger('official', { logLevel: 'info', format: 'text' });
const signal = endSignal(log);
const [role = ''] = process.argv.slice(2);
const start = PROGRAMS[role];
if (start === undefined) throw new Error(`unknown role '${role}': ${Object.keys(PROGRAMS).join(' or ')}`);
await startAztecHashing();
const developmentKeys = process.env['COPPICE_DEVELOPMENT_KEYS'];
if (developmentKeys !== undefined) {
  refuseDevelopmentCrs('development', Number(process.env['L1_CHAIN_ID']));
  await useDevelopmentKeys(developmentKeys);
}
const service = await start();
const packageVersion = getPackageVersion();
const middlewares = [getVersioningMiddleware(service.versions, packageVersion === undefined ? {} : { packageVersion })];
const server = await startHttpRpcServer(
  createNamespacedSafeJsonRpcServer(service.handlers, { http200OnError: false, middlewares }),
  { host: '127.0.0.1', port: Number(process.env['AZTEC_PORT'] ?? 0) },
);
log.info({ role, port: server.port }, 'started');
await whenAborted(signal);
await service.stop();
process.exit(0);
