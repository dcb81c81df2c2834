import { openEmbeddedEngine } from '../../../../shared/engine/embedded/embedded-engine.ts';
import { aNewJob } from '../../../contract/a-new-job.ts';

/** Records jobs until the disk takes no more, and tells its parent how many the ledger took. Argument: data directory. */
const engine = openEmbeddedEngine({ dataDirectory: String(process.argv[2]), leaseSeconds: 1 });
let recorded = 0;
try {
  for (; recorded < 10_000; recorded++) await engine.jobs.record(aNewJob());
  process.stdout.write(`took ${recorded}, never full\n`);
} catch (error) {
  process.stdout.write(`took ${recorded}, then: ${error instanceof Error ? error.message : String(error)}\n`);
}
