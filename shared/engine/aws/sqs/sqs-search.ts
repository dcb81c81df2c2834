import { pause } from '../../../retry/pause.ts';
import { firstFound, headStartEndsAtMs } from './first-found.ts';
import type { SqsFind, SqsPoll, SqsPolls } from './sqs-polls.ts';
import { LONGEST_POLL_SECONDS, type SqsQueue } from './sqs-queue.ts';

// One claim searches the queues of all lanes at once, here of an agent with two pools:
//
//                  0    250 ms                             waitSeconds
//   urgent, pool A ├─ poll ──────────────────────┤├─ poll ──┤
//   urgent, pool B ├─ poll ──────────────────────┤├─ poll ──┤
//   normal, pool A      ├─ poll ── message!                     taken at once: every poll above
//   normal, pool B      ├─ poll ────────────────── …            has had its 250 ms, and found nothing
//
// The claim returns with the message; what becomes of its other polls:
//
//   begin ──▶ under way ──▶ found ──▶ taken by this claim, or else shown to other agents again
//                │  └─────▶ ended, empty: begins again, until the wait is over
//                └─ left over, when the claim returns ──▶ adopted by the next claim of its queue
//                                                    └──▶ found meanwhile: shown to other agents again

/** SQS waits for whole seconds, and a poll that does not wait can miss a message that is there. */
const SHORTEST_POLL_SECONDS = 1;

/** A queue of the search, and the poll of it, if any. */
interface Place {
  readonly queue: SqsQueue;
  poll: SqsPoll | undefined;
}

/**
 * Waits up to `waitSeconds`, and at least a second, for a message that `accept` takes, and returns what `accept` made of it.
 *
 * `lanes` are queues in order of rank, by lane. All are polled at the same time, except that a lane begins once the polls
 * of the lanes before it have had a head start: so a message that waits in the first lane is found, and the others are not
 * disturbed for nothing. Polls that have ended begin again until the wait is over.
 *
 * Polls are as long as the wait, which is cheapest for an idle agent. But a poll that is left over takes a message from
 * agents that want it, once, only to give it back. A whole fleet that has just found work must not pass an urgent message
 * round like that: after a claim that found something, polls are short until the next claim has found nothing for as long.
 *
 * @throws what one of the polls throws; messages that the others found go back
 */
export async function searchQueues<Taken>(
  polls: SqsPolls,
  lanes: readonly (readonly SqsQueue[])[],
  options: {
    readonly waitSeconds: number;
    /** The last claim found something, so this one is likely to. */
    readonly isBusy: boolean;
    readonly signal: AbortSignal;
    /** When a queue may be polled again, on the clock of `performance.now()`. */
    readonly restEndsAtMs: (queue: SqsQueue) => number;
    readonly accept: (find: SqsFind) => Promise<Taken | undefined>;
  },
): Promise<Taken | undefined> {
  const { signal, accept, restEndsAtMs } = options;
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
      const nextPollAtMs = beginPolls(polls, places, { seconds, nowMs, restEndsAtMs });
      const ended = pollsOf(ranked).flatMap((each) => (each?.state === 'under way' ? [each.ended] : []));
      await firstOf(ended, Math.min(nextPollAtMs, giveUpAtMs) - nowMs, signal);
    }
    return undefined;
  } finally {
    for (const { poll } of ranked) if (poll !== undefined) polls.leave(poll);
  }
}

/** Begins the polls of every lane whose turn it is, and returns when the turn of a further one may have come. */
function beginPolls(
  polls: SqsPolls,
  lanes: readonly (readonly Place[])[],
  {
    seconds,
    nowMs,
    restEndsAtMs,
  }: { readonly seconds: number; readonly nowMs: number; readonly restEndsAtMs: (queue: SqsQueue) => number },
): number {
  let nextAtMs = Infinity;
  for (const lane of lanes) {
    for (const place of lane) {
      const restEndMs = restEndsAtMs(place.queue);
      if (restEndMs <= nowMs) place.poll ??= polls.begin(place.queue, seconds);
      else if (place.poll === undefined) nextAtMs = Math.min(nextAtMs, restEndMs);
    }
    const endsAtMs = headStartEndsAtMs(pollsOf(lane), nowMs);
    if (endsAtMs > nowMs) return Math.min(nextAtMs, endsAtMs);
  }
  return nextAtMs;
}

/** Makes room for new polls. @throws what an ended poll throws */
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
  try {
    await Promise.race([...promises, pause(ms, AbortSignal.any([signal, enough.signal]))]);
  } finally {
    enough.abort();
  }
}
