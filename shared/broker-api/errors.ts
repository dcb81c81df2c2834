import { redactUrl } from '../telemetry/redact-urls.ts';

/** Messages of others may quote what they were sent. */
const LONGEST_TEXT = 300;

/** The broker did not answer, or said that it cannot for now. Trying again may succeed. */
export class BrokerOutOfReachError extends Error {
  override readonly name = 'BrokerOutOfReachError';
  /** What happened, without advice. */
  readonly what: string;

  constructor(url: string, what: string, options?: ErrorOptions) {
    super(
      `the broker at ${redactUrl(url)} is out of reach (${what}): check that it runs, and that its address and port can ` +
        'be reached from here',
      options,
    );
    this.what = what;
  }
}

/** The server refuses the request as such: it may be another program, or a broker with lower limits. */
export class BrokerRequestRefusedError extends Error {
  override readonly name = 'BrokerRequestRefusedError';
  readonly httpStatus: number;

  constructor(url: string, httpStatus: number) {
    const whatToDo =
      httpStatus === 413
        ? 'raise RPC_MAX_BODY_SIZE of the broker, or set the same PROVER_PROOF_STORE for node and agents'
        : 'check that the URL is that of a proving broker';
    super(`${redactUrl(url)} refuses the request with HTTP ${httpStatus}: ${whatToDo}`);
    this.httpStatus = httpStatus;
  }
}

/** The broker refuses one call, for good. */
export class BrokerCallRefusedError extends Error {
  override readonly name = 'BrokerCallRefusedError';
  readonly method: string;
  /** JSON-RPC's error code. */
  readonly code: number;

  constructor(method: string, code: number, message: string) {
    super(`the broker refuses ${method} (${code}): ${message.slice(0, LONGEST_TEXT)}`);
    this.method = method;
    this.code = code;
  }
}

/** The broker's answer is not one of this API. */
export class BrokerAnswerError extends Error {
  override readonly name = 'BrokerAnswerError';

  constructor(url: string, what: string, options?: ErrorOptions) {
    super(
      `unexpected answer from ${redactUrl(url)}: ${what.slice(0, LONGEST_TEXT)}; check that the URL is that of a ` +
        'proving broker, and that its version is one of those that Coppice supports',
      options,
    );
  }
}

/** The other side is of another version: its jobs cannot be proven here. */
export class ComponentVersionError extends Error {
  override readonly name = 'ComponentVersionError';
  readonly component: string;
  readonly expected: string;
  readonly actual: string;

  constructor(url: string, component: string, expected: string, actual: string) {
    super(
      `${redactUrl(url)} is of another version: its ${component} is ${actual}, here it is ${expected}. ` +
        'Run the same version of Aztec on node, broker and agents',
    );
    this.component = component;
    this.expected = expected;
    this.actual = actual;
  }
}
