import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Waits for the next message of a forked program. @throws {Error} when it ends instead */
export async function messageOf<Message>(child: ChildProcess, program: string): Promise<Message> {
  const exit = once(child, 'exit').then(([code]) => Promise.reject(new Error(`${program} ended with ${String(code)}`)));
  exit.catch(() => undefined);
  const [message] = (await Promise.race([once(child, 'message'), exit])) as [Message];
  return message;
}
