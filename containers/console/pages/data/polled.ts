import { useEffect, useState } from 'preact/hooks';

import type { Failure, FailureCode, Moment } from '../../api/answer.ts';
import { serverNowMs, setServerTime } from './server-clock.ts';

/** Why a resource is missing or old. */
export interface PollFailure {
  readonly code: FailureCode | 'console-gone';
  readonly message: string;
  /** When it was first seen. */
  readonly sinceMs: number;
}

export interface Polled<Resource> {
  /** The newest value, which stays while later polls fail. */
  readonly value: Resource | undefined;
  readonly failure: PollFailure | undefined;
}

const LEAST_PAUSE_MS = 500;
const PAUSE_AFTER_FAILURE_MS = 2000;
const NOTHING_YET = { value: undefined, failure: undefined };

/**
 * A resource of the API, polled as often as the server says that it may change, and not while the page is hidden.
 * @param path `undefined` polls nothing
 */
export function usePolled<Resource extends Moment>(path: string | undefined): Polled<Resource> {
  const [polled, setPolled] = useState<Polled<Resource> & { readonly path: string | undefined }>({
    ...NOTHING_YET,
    path,
  });
  useEffect(() => {
    if (path === undefined) return undefined;
    const stopping = new AbortController();
    void pollUntil(stopping.signal, path, (change: (before: Polled<Resource>) => Polled<Resource>) => {
      setPolled((before) => ({ ...change(before.path === path ? before : NOTHING_YET), path }));
    });
    return () => stopping.abort();
  }, [path]);
  // The value of another path is not shown for this one.
  return polled.path === path ? polled : NOTHING_YET;
}

async function pollUntil<Resource extends Moment>(
  stopped: AbortSignal,
  path: string,
  update: (change: (before: Polled<Resource>) => Polled<Resource>) => void,
): Promise<void> {
  let etag: string | null = null;
  let goodForMs = 0;
  while (!stopped.aborted) {
    try {
      const headers: HeadersInit = etag === null ? {} : { 'if-none-match': etag };
      const response: Response = await fetch(path, { signal: stopped, headers });
      if (response.status === 200) {
        const value = (await response.json()) as Resource;
        etag = response.headers.get('etag');
        ({ goodForMs } = value);
        update(() => ({ value, failure: undefined }));
        setServerTime(value.atMs);
      } else if (response.status === 304) {
        update((before) => (before.failure === undefined ? before : { ...before, failure: undefined }));
      } else {
        const { error } = (await response.json()) as Failure;
        update((before) => ({ ...before, failure: failureSince(before, error) }));
        goodForMs = PAUSE_AFTER_FAILURE_MS;
      }
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return;
      update((before) => ({ ...before, failure: failureSince(before, CONSOLE_GONE) }));
      goodForMs = PAUSE_AFTER_FAILURE_MS;
    }
    await pause(Math.max(LEAST_PAUSE_MS, goodForMs), stopped);
    await visible(stopped);
  }
}

const CONSOLE_GONE = {
  code: 'console-gone' as const,
  message: 'No response from coppice console: start it again, or check the connection to its machine.',
};

function failureSince(
  { failure }: Polled<unknown>,
  { code, message }: Pick<PollFailure, 'code' | 'message'>,
): PollFailure {
  return { code, message, sinceMs: failure?.code === code ? failure.sinceMs : serverNowMs() };
}

function pause(durationMs: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const ended = (): void => {
      clearTimeout(timer);
      stopped.removeEventListener('abort', ended);
      resolve();
    };
    const timer = setTimeout(ended, durationMs);
    stopped.addEventListener('abort', ended);
  });
}

function visible(stopped: AbortSignal): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    const changed = (): void => {
      if (document.hidden && !stopped.aborted) return;
      document.removeEventListener('visibilitychange', changed);
      stopped.removeEventListener('abort', changed);
      resolve();
    };
    document.addEventListener('visibilitychange', changed);
    stopped.addEventListener('abort', changed);
  });
}
