const STEPS_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800];
const DAY_SECONDS = 86_400;

/** Round times from 0 to `untilMs`, in milliseconds: at most `most` of them, as long as that takes no steps of more than a day. */
export function ticksOf(untilMs: number, most: number): readonly number[] {
  const seconds = STEPS_SECONDS.find((step) => untilMs / 1000 / step < most) ?? DAY_SECONDS;
  return Array.from({ length: Math.floor(untilMs / 1000 / seconds) + 1 }, (_, place) => place * seconds * 1000);
}
