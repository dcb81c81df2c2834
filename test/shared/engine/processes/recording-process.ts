import { openEmbeddedEngine } from '../../../../shared/engine/embedded/embedded-engine.ts';
import { errorText } from '../../../../shared/telemetry/error-text.ts';
import { aNewJob } from '../../../contract/a-new-job.ts';

/** Records jobs until the disk is full, and reports to its parent how many the ledger took. Argument: data directory. */
const engine = openEmbeddedEngine({ dataDirectory: String(process.argv[2]), leaseSeconds: 1 });
let recorded = 0;
try {
  for (; recorded < 10_000; recorded++) await engine.jobs.record(aNewJob());
  process.stdout.write(`took ${recorded}, never full\n`);
} catch (error) {
  process.stdout.write(`took ${recorded}, then: ${errorText(error)}\n`);
}
