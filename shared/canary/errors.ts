/** Bytes that are not the canary inputs or the proof that they were to be. */
export class CanaryFormatError extends Error {
  override readonly name = 'CanaryFormatError';
}
