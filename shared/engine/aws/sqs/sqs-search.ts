import { setTimeout as sleep } from 'node:timers/promises';

import { firstFound, headStartEndsAtMs } from './first-found.ts';
import type { SqsFind, SqsPoll, SqsPolls } from './sqs-polls.ts';
import { LONGEST_POLL_SECONDS, type SqsQueue } from './sqs-queue.ts';

/** SQS waits for whole seconds, and a poll that does not wait can miss what is there. */
const SHORTEST_POLL_SECONDS = 1;

interface Place {
  readonly queue: SqsQueue;
  poll: SqsPoll | undefined;
}

/**
 * Waits up to `waitSeconds`, and a second at least, for a message that `accept` takes, and answers what that made of it.
 *
 * `lanes` are queues in order of rank, by lane. All are polled at the same time, save that a lane begins when the polls of
 * those before it have had a head start: so what waits in the first is found, and nothing is taken from the others in
 * vain. Polls that are over begin again until the wait is.
 *
 * Polls are as long as the wait, which is cheapest for an agent that has nothing to do, but one that is left over takes a
 * message from those who want it, once, to give it back. A whole fleet that has just found work must not hand an urgent
 * message round like that: after a claim that found something, polls are short until the next has found nothing for as long.
 *
 * @throws what SQS answers to one of the polls; what the others found goes back.
 */
export async function searchQueues<Taken>(
  polls: SqsPolls,
  lanes: readonly (readonly SqsQueue[])[],
  options: {
    readonly waitSeconds: number;
    /** The last claim found something, so this one is likely to. */
    readonly isBusy: boolean;
    readonly signal: AbortSignal;
    readonly accept: (find: SqsFind) => Promise<Taken | undefined>;
  },
): Promise<Taken | undefined> {
  const { signal, accept } = options;
  const waitSeconds = Math.max(options.waitSeconds, SHORTEST_POLL_SECONDS);
  const pollSeconds = Math.min(Math.ceil(waitSeconds), LONGEST_POLL_SECONDS);
  const beganAtMs = performance.now();
  const giveUpAtMs = beganAtMs + waitSeconds * 1000;
  const longPollsFromMs = options.isBusy ? beganAtMs + SHORTEST_POLL_SECONDS * 1000 : beganAtMs;
  const places = lanes.map((queues) => queues.map((queue): Place => ({ queue, poll: polls.adopt(queue) })));
  const ranked = places.flat();
  try {
    while (!signal.aborted) {
      clearEnded(ranked);
      const nowMs = performance.now();
      const isOver = nowMs >= giveUpAtMs;
      const poll = isOver
        ? ranked.find((place) => place.poll?.state === 'found')?.poll
        : firstFound(pollsOf(ranked), nowMs);
      const find = poll?.result();
      if (find !== undefined) {
        for (const place of ranked) if (place.poll === poll) place.poll = undefined;
        const taken = await accept(find);
        if (taken !== undefined) return taken;
        continue;
      }
      if (isOver) return undefined;
      const seconds = nowMs < longPollsFromMs ? SHORTEST_POLL_SECONDS : pollSeconds;
      const nextLaneAtMs = beginPolls(polls, places, seconds, nowMs);
      const ended = pollsOf(ranked).flatMap((each) => (each?.state === 'under way' ? [each.ended] : []));
      await firstOf(ended, Math.min(nextLaneAtMs, giveUpAtMs) - nowMs, signal);
    }
    return undefined;
  } finally {
    for (const { poll } of ranked) if (poll !== undefined) polls.leave(poll);
  }
}

/** Begins the polls of every lane whose turn it is, and answers when to look whether that of another has come. */
function beginPolls(polls: SqsPolls, lanes: readonly (readonly Place[])[], pollSeconds: number, nowMs: number): number {
  for (const lane of lanes) {
    for (const place of lane) place.poll ??= polls.begin(place.queue, pollSeconds);
    const endsAtMs = headStartEndsAtMs(pollsOf(lane), nowMs);
    if (endsAtMs > nowMs) return endsAtMs;
  }
  return Infinity;
}

function clearEnded(places: readonly Place[]): void {
  for (const place of places) {
    if (place.poll?.state !== 'ended') continue;
    const { poll } = place;
    place.poll = undefined;
    poll.result();
  }
}

function pollsOf(places: readonly Place[]): (SqsPoll | undefined)[] {
  return places.map(({ poll }) => poll);
}

/** Waits for the first of `promises`, for `ms` at the longest. */
async function firstOf(promises: readonly Promise<void>[], ms: number, signal: AbortSignal): Promise<void> {
  const enough = new AbortController();
  const timeout = sleep(ms, undefined, { signal: AbortSignal.any([signal, enough.signal]) }).catch(() => undefined);
  try {
    await Promise.race([...promises, timeout]);
  } finally {
    enough.abort();
  }
}
