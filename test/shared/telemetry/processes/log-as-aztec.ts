import { createLogger } from '@aztec/foundation/log';

import { joinAztecLogs } from '../../../../shared/telemetry/join-aztec-logs.ts';

// Logs through Aztec's loggers, to stdout. A process, since Aztec reads LOG_LEVEL only once.
const before = createLogger('archiver');
await joinAztecLogs({ format: 'json', write: (line) => process.stdout.write(line) });

before.warn('no answer from https://eth.example/v2/s3cr3ts3cr3ts3cr3t', { attempt: 2 });
before.info('not worth a line');
createLogger('p2p').debug('joined', { peers: 3n });
