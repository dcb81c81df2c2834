import { redactUrls } from './redact-urls.ts';

/**
 * The value as JSON, whose texts show no URL's key. Each text is redacted before it is quoted: in a whole document, the user of
 * a URL could not be told from the texts after it.
 * @param indent spaces of a level. @default all in one line
 */
export function redactedJson(value: unknown, indent?: number): string {
  const redacted = (_key: string, part: unknown): unknown => (typeof part === 'string' ? redactUrls(part) : part);
  return JSON.stringify(value, redacted, indent);
}
