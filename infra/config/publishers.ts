import type { EnvironmentConfig } from './environment-config.ts';
import { linesOf } from './lines-of.ts';

/** An account that submits proofs. */
export interface Publisher {
  /** The line whose proofs it submits. */
  readonly line: string;
  /** `undefined` where the configuration does not name it: the key of an official line is in a secret. */
  readonly address: string | undefined;
}

/** The accounts that submit the lines' proofs: an official node signs by itself, and for native ones `submit-root` does. */
export function publishersOf(
  config: Pick<EnvironmentConfig, 'lines' | 'node' | 'pools' | 'publisher'>,
): readonly Publisher[] {
  const { proverId, address = proverId } = config.publisher;
  return linesOf(config).map((line) => ({
    line: line.name,
    address: line.kind === 'native' ? address : line.publisherAddress,
  }));
}
