/** Tells the jobs of an epoch apart on a page. */
const SHOWN_DIGITS = 8;

/** Splits `<epoch id>:<circuit>:<hash>`. The id may come from an address, so either part may be empty. */
export function splitJobId(id: string): { readonly circuit: string; readonly hash: string } {
  const [circuit = '', hash = ''] = id.split(':').slice(-2);
  return { circuit, hash };
}

/** The digits of a job's hash that are shown. */
export function shownDigits(hash: string): string {
  return hash.slice(0, SHOWN_DIGITS);
}
