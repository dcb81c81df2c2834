/** How long the ledger keeps its history after the last change, in seconds: two weeks. */
export const LEDGER_KEPT_SECONDS = 14 * 24 * 3600;
