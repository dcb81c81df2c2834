import { openEngine } from '../../../../shared/engine/open-engine.ts';
import { Claimer } from '../claimer.ts';
import type { ClaimerOptions } from '../claimer-crew.ts';
import { Journal } from '../journal.ts';
import { SeededRandom } from '../seeded-random.ts';
import { UnreliableQueue } from '../unreliable-queue.ts';

// A claimer in its own process, which may be killed: options as JSON in the first argument. Sends `ready` to its parent,
// and ends on SIGTERM or when its parent has gone.

const { agentId, pool, seed, doubledShare, claimSeconds, journalDirectory, engine: engineOptions } = readOptions();
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
process.on('disconnect', () => process.exit(1));

const engine = await openEngine(engineOptions);
const random = new SeededRandom(seed, agentId);
const journal = new Journal(journalDirectory, agentId);
const queue = new UnreliableQueue(engine.queue, {
  withheldShare: 0,
  doubledShare,
  random,
  onDoubled: ({ jobId }) => journal.note('doubled', jobId),
});
const { jobs, proofs } = engine;
const claimer = new Claimer({
  agentId,
  pool,
  claimSeconds,
  leaseSeconds: engineOptions.leaseSeconds,
  queue,
  jobs,
  proofs,
  random,
  journal,
});
process.send?.('ready');
await claimer.run(stop.signal);
await engine.close();
process.removeAllListeners('disconnect');
process.disconnect();

function readOptions(): ClaimerOptions {
  return JSON.parse(process.argv[2] ?? '') as ClaimerOptions;
}
