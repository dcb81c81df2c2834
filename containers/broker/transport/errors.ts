/** A request that can never succeed as it was sent: its body is too large, malformed, or packed in an unknown way. */
export class BodyRefusedError extends Error {
  override readonly name = 'BodyRefusedError';
  /** The HTTP status of the refusal, from 400 to 499. */
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/**
 * A call that can never succeed as it was made. Its client gets an error for this call alone, and does not try again: a prover
 * node gives the job up. Every other error of a call stands for trouble that ends.
 */
export class CallRefusedError extends Error {
  override readonly name = 'CallRefusedError';
  /** A code of JSON-RPC, as Aztec's server gives it. */
  readonly code: number;

  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Responses that clients have not read take all the memory there is for them: the request is to be sent again. */
export class AnswersFullError extends Error {
  override readonly name = 'AnswersFullError';
  readonly unreadBytes: number;

  constructor(unreadBytes: number) {
    super(
      `clients have not read ${Math.round(unreadBytes / 2 ** 20)} MiB of inputs and proofs yet: see ` +
        '--broker-max-answer-size (COPPICE_BROKER_MAX_ANSWER_SIZE)',
    );
    this.unreadBytes = unreadBytes;
  }
}

/** The address to listen on is in use, or is not one of this machine's. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly host: string;
  readonly port: number;

  /** @param settings those that name another address */
  constructor(host: string, port: number, reason: string, settings: string, options?: ErrorOptions) {
    super(
      `cannot listen on ${host}, port ${port} (${reason}): stop the program that listens there, or give another ` +
        settings,
      options,
    );
    this.host = host;
    this.port = port;
  }
}
