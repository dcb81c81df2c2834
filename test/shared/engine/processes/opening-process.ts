import { openEmbeddedEngine } from '../../../../shared/engine/embedded-engine.ts';

/** Opens the engine when told to, notes that it did, and ends. Argument: data directory. */
process.once('message', () => {
  const engine = openEmbeddedEngine({ dataDirectory: String(process.argv[2]), leaseSeconds: 1 });
  void engine.incidents
    .note({ kind: 'submission', subject: String(process.pid), message: 'opened' })
    .then(() => engine.close())
    .then(() => {
      process.disconnect();
    });
});
process.send?.('ready');
