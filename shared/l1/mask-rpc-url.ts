import { URL_IN_TEXT } from '../telemetry/redact-urls.ts';

/** The host and port of an RPC URL: its user, path and query may contain the operator's key. */
export function maskRpcUrl(url: string): string {
  return URL.parse(url)?.host ?? '[Redacted]';
}

/** Reduces every URL in a text, such as an RPC client's error message, to its host. */
export function maskRpcUrls(text: string): string {
  return text.replace(URL_IN_TEXT, maskRpcUrl);
}

/**
 * Masks the URLs in every text of an error and of its causes. In place, because viem puts the URL, with its key, into each
 * error's message, and callers distinguish viem's errors by class.
 */
export function maskRpcUrlsInError(error: unknown): void {
  const seen = new Set<unknown>();
  for (let link = error; link instanceof Error && !seen.has(link); link = link.cause) {
    seen.add(link);
    for (const name of Object.getOwnPropertyNames(link)) {
      const masked = maskField(Reflect.get(link, name));
      if (masked !== undefined) Reflect.set(link, name, masked);
    }
  }
}

function maskField(value: unknown): unknown {
  if (typeof value === 'string') return maskRpcUrls(value);
  if (Array.isArray(value)) return value.map((item: unknown) => (typeof item === 'string' ? maskRpcUrls(item) : item));
  return undefined;
}
