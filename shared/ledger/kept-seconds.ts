/** How long the ledger keeps its history after the last change, in seconds: two weeks. */
export const LEDGER_KEPT_SECONDS = 14 * 24 * 3600;

/** How long objects are kept in the proof store, in seconds: far longer than an epoch's window, which is hours. */
export const OBJECTS_KEPT_SECONDS = 7 * 24 * 3600;

/** How long decisions are kept, in seconds. One a minute is 1,400 a day. */
export const DECISIONS_KEPT_SECONDS = 3 * 24 * 3600;
