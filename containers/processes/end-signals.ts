import type { Logger } from '../../shared/telemetry/logger.ts';
import { EXIT_CODES } from './exit-codes.ts';

/**
 * One Ctrl-C can arrive twice: from the terminal, and from npm or the launcher, which pass it on. No user presses it twice
 * that fast.
 */
const SAME_INTERRUPT_MS = 1_000;

/**
 * Aborts when this process is to end: at SIGTERM, at Ctrl-C, when its terminal is closed or its parent ends.
 *
 * A process that another one of Coppice started ignores Ctrl-C, which a terminal sends to both: its parent stops it. In any
 * other process the second Ctrl-C exits at once.
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
    process.on('disconnect', () => abort('the parent process has ended'));
    // The channel to the parent must not keep this process alive.
    process.channel?.unref();
  }
  return end.signal;
}
