import { randomBytes } from 'node:crypto';

/** The id that a call leaves in the jobs it changes, to know them again should the answer be lost. Short, for their size. */
export function newWriteId(): string {
  return randomBytes(6).toString('base64url');
}
