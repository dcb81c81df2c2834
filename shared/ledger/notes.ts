import type { z } from 'zod';

/** A note as it was read. */
export interface ReadNote<Value> {
  /** `undefined` when nothing is stored yet, or when another version of the program stored something else. */
  readonly value: Value | undefined;
  /** For {@link Note.replace}. */
  readonly version: number | undefined;
}

/** What one program remembers from one run to the next. */
export interface Note<Value> {
  find(): Promise<ReadNote<Value>>;
  /** Replaces the note if it still has `version`; `false` when another run replaced it first. */
  replace(value: Value, version: number | undefined): Promise<boolean>;
}

/**
 * Memory for programs that keep nothing between two runs, such as Lambda functions. A note is useful but never required:
 * a run that finds none starts afresh.
 */
export interface Notes {
  /** @param program whose note it is; two programs never share one */
  of<Value>(program: string, schema: z.ZodType<Value>): Note<Value>;
}
