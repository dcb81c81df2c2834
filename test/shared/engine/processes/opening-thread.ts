import { parentPort, workerData } from 'node:worker_threads';

import { openSqliteDatabase } from '../../../../shared/engine/embedded/sqlite-database.ts';

/** What a test says to a thread that opens databases. */
export interface OpeningOrder {
  readonly dataDirectory: string;
}

/** Shared with every thread: becomes 1 when all may open at once. */
const gate = new Int32Array(workerData as SharedArrayBuffer);

/** Opens a database at the same moment as the other threads, writes to it, and reports an error, if any. */
parentPort?.on('message', ({ dataDirectory }: OpeningOrder) => {
  parentPort?.postMessage('waiting');
  Atomics.wait(gate, 0, 0);
  try {
    const database = openSqliteDatabase(dataDirectory);
    database.run(`insert into incidents (at_ms, kind, subject, message) values (1, 'submission', 'opened', '')`);
    database.close();
    parentPort?.postMessage('opened');
  } catch (error) {
    parentPort?.postMessage(String(error));
  }
});
