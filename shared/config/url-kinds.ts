import { redactUrl } from '../telemetry/redact-urls.ts';
import { Secret } from './secret.ts';
import type { ValueKind } from './setting.ts';
import { orList, secretKind, textWithout } from './value-kinds.ts';

/**
 * A URL that may carry its user's key in its path or query, or a user and a password: the value prints without them.
 * For URLs that a `fetchWithCredentials` requests.
 */
export function secretUrlOf(...protocols: readonly string[]): ValueKind<Secret<string>> {
  return secretKind(
    textWithout((url) => findProblem(url, protocols)).transform((url) => new Secret(url, redactUrl(url))),
    `a URL (${orList(protocols)})`,
    '<url>',
  );
}

export const secretUrl = secretUrlOf('http', 'https');

/** A URL for a client that would leave out a user and a password. Refused values are not shown: they may have them. */
export const httpUrl = secretKind(
  textWithout((url) => {
    const { username = '', password = '' } = URL.parse(url) ?? {};
    const hasCredentials = username !== '' || password !== '';
    return (
      findProblem(url, ['http', 'https']) ?? (hasCredentials ? 'has a user or a password: leave them out' : undefined)
    );
  }),
  'a URL (http or https)',
  '<url>',
);

function findProblem(url: string, protocols: readonly string[]): string | undefined {
  if (/\s/.test(url)) return 'contains a space';
  const start = `begin it with ${orList(protocols.map((protocol) => `${protocol}://`))}`;
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return `has no scheme: ${start}`;
  const parsed = URL.parse(url);
  if (parsed === null) return 'is not a valid URL';
  return protocols.includes(parsed.protocol.replace(':', '')) ? undefined : `has another scheme: ${start}`;
}
