/** An epoch ended before it held all the planned traffic. The next one can be tried. */
export class EpochMissedError extends Error {
  override readonly name = 'EpochMissedError';
  readonly epochNumber: number;
  readonly reason: string;

  constructor(epochNumber: number, reason: string) {
    super(
      `epoch ${epochNumber} could not hold the planned traffic (${reason}): make epochs longer, or free the processor`,
    );
    this.epochNumber = epochNumber;
    this.reason = reason;
  }
}
