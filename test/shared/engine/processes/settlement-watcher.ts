import { openEmbeddedEngine } from '../../../../shared/engine/embedded/embedded-engine.ts';

/** Tells its parent of every settlement that it hears of. Argument: data directory. */
const engine = openEmbeddedEngine({ dataDirectory: String(process.argv[2]), leaseSeconds: 1 });
engine.settlements.subscribe((settlement) => process.send?.(settlement));
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
