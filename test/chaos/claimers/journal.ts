import { appendFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { AgentId } from '../../../shared/ledger/job-ledger.ts';
import { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';

const JournalEntry = z.strictObject({
  atMs: z.number(),
  agentId: AgentId,
  event: z.enum([
    /** The ledger leased the job. */
    'claimed',
    /** The proof is in the store; the next word to the ledger is that it is there. */
    'settling',
    /** The ledger's two answers to that. */
    'proven',
    'already-settled',
    /** Its message was there once more. */
    'doubled',
    'gave-up',
    'lost-lease',
    /** Something that must not be. */
    'failed',
  ]),
  jobId: ProvingJobId.optional(),
  message: z.string().optional(),
});
export type JournalEntry = z.infer<typeof JournalEntry>;

const EXTENSION = '.journal';

/** What a claimer did, one file per claimer: a line is on disk when `note` returns, whatever kills the claimer then. */
export class Journal {
  readonly #file: string;
  readonly #agentId: AgentId;

  constructor(directory: string, agentId: AgentId) {
    this.#file = join(directory, `${agentId}${EXTENSION}`);
    this.#agentId = agentId;
  }

  note(event: JournalEntry['event'], jobId?: ProvingJobId, message?: string): void {
    const entry: z.input<typeof JournalEntry> = { atMs: Date.now(), agentId: this.#agentId, event, jobId, message };
    appendFileSync(this.#file, `${JSON.stringify(entry)}\n`);
  }
}

/** Everything that the claimers of a directory noted; of each, in its order. */
export async function readJournals(directory: string): Promise<readonly JournalEntry[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(EXTENSION));
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
  // What follows the last line end is a line that its writer was killed in: it said nothing.
  return texts.flatMap((text) =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JournalEntry.parse(JSON.parse(line))),
  );
}
