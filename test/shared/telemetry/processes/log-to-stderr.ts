import { createLogger } from '../../../../shared/telemetry/logger.ts';

// Logs to stderr, and says on stdout when it has gone on after that.
const log = createLogger('test');
for (let line = 1; line <= 3; line += 1) log.info({ line }, 'a line');
await new Promise(setImmediate);
process.stdout.write('went on');
