import { z } from 'zod';

import { JobMessage } from '../proving-job/job-message.ts';

/** How the reason of a message begins that an agent could not read: one of another version may be able to. */
export const DOES_NOT_PARSE = 'the message does not parse';

/** Parses a body that may be anything: the message, or the reason to park it. */
export function readMessageBody(
  body: string,
): { success: true; data: JobMessage } | { success: false; reason: string } {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { success: false, reason: 'the message is not JSON' };
  }
  const parsed = JobMessage.safeParse(json);
  if (parsed.success) return parsed;
  return { success: false, reason: `${DOES_NOT_PARSE}: ${z.prettifyError(parsed.error)}` };
}
