/** A request that can never succeed as it was sent. */
export class BadRequestError extends Error {
  override readonly name = 'BadRequestError';
}
