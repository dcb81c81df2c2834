import type { Logger } from '../../shared/telemetry/logger.ts';
import { EXIT_CODES } from './exit-codes.ts';

/**
 * One Ctrl-C can arrive twice: from the terminal, and from npm or the launcher, which hand on what they get. Nobody presses
 * it twice so fast.
 */
const SAME_INTERRUPT_MS = 1_000;

/**
 * Aborts when this process is to end: at SIGTERM, at Ctrl-C, when its terminal or its parent goes away.
 *
 * A process that another one of Coppice started does not listen to Ctrl-C, which a terminal sends to both: its parent
 * says when to end. The second Ctrl-C ends any other process at once.
 */
export function endSignal(log: Logger, nowMs: () => number = Date.now): AbortSignal {
  const end = new AbortController();
  let interruptedAtMs: number | undefined;
  const abort = (why: string): void => {
    if (end.signal.aborted) return;
    log.info({ why }, 'stopping');
    end.abort();
  };
  process.on('SIGTERM', () => abort('SIGTERM'));
  process.on('SIGHUP', () => abort('the terminal was closed'));
  const isSupervised = process.channel !== undefined;
  process.on('SIGINT', () => {
    if (isSupervised) return;
    if (interruptedAtMs !== undefined && nowMs() - interruptedAtMs < SAME_INTERRUPT_MS) return;
    if (end.signal.aborted) process.exit(EXIT_CODES.interrupted);
    interruptedAtMs = nowMs();
    abort('Ctrl-C');
  });
  if (isSupervised) {
    process.on('disconnect', () => abort('the parent process has gone'));
    // The channel to the parent is no reason to stay.
    process.channel?.unref();
  }
  return end.signal;
}
