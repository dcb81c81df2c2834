import { z } from 'zod';

import { JsonLinesOutput } from '../../terminal/json-lines-output.ts';
import type { Output } from '../../terminal/output.ts';
import { printJsonLine } from '../../terminal/print.ts';
import { type JsonOutput, toDocument } from './json-output.ts';
import { Moment } from './printed.ts';

/** What `--json` prints of a run on this machine. */
export const RUN_EVENTS: JsonOutput = {
  version: 1,
  form: 'lines',
  description: 'One JSON document per line and event, the last one with the exit code',
  schema: z.discriminatedUnion('kind', [
    z.strictObject({ at: Moment, kind: z.literal('message'), text: z.string() }),
    z.strictObject({ at: Moment, kind: z.literal('report'), lines: z.array(z.string()) }),
    z.strictObject({ at: Moment, kind: z.literal('state'), lines: z.array(z.string()) }),
    z.strictObject({ at: Moment, kind: z.literal('end'), exitCode: z.number().int() }),
  ]),
};

/**
 * Runs something that reports to people, or with the switch `json` to programs.
 * @param run `output` is `undefined` for people
 */
export async function withRunEvents(
  switches: ReadonlySet<string>,
  run: (output: Output | undefined) => Promise<number>,
): Promise<number> {
  if (!switches.has('json')) return run(undefined);
  const print = (event: object): void => printJsonLine(toDocument(RUN_EVENTS, { atMs: Date.now(), ...event }));
  const exitCode = await run(new JsonLinesOutput(print, Date.now));
  print({ kind: 'end', exitCode });
  return exitCode;
}
