/** A URL in running text, up to the first character that ends it there; a password may have any of those in it. */
export const URL_IN_TEXT = /\b(?:https?|wss?):\/\/(?:[^\s/?#]*@)?[^\s"'<>\\,)]+/gi;
/** Providers put their key into the path: a long run of letters and digits. */
const KEY_IN_PATH = /\/[A-Za-z0-9_-]{16,}(?=\/|$)/;

/** The URL without the parts that may hold a key: user, long path segments, query. */
export function redactUrl(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) return '[Redacted]';
  const hasSecret =
    parsed.username !== '' || parsed.password !== '' || parsed.search !== '' || KEY_IN_PATH.test(parsed.pathname);
  if (hasSecret) return `${parsed.protocol}//${parsed.host}/[Redacted]`;
  return parsed.pathname === '/'
    ? `${parsed.protocol}//${parsed.host}`
    : `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
}

/** Redacts every URL in a text, such as an RPC client's error message. */
export function redactUrls(text: string): string {
  return text.replace(URL_IN_TEXT, (found) => {
    // The end of a sentence must not become part of the port: the URL would be invalid.
    const [end] = /[.:;!]*$/.exec(found) ?? [''];
    return redactUrl(found.slice(0, found.length - end.length)) + end;
  });
}
