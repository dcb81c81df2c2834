type Fetch = typeof globalThis.fetch;

/**
 * Takes the user and password out of a URL, as a header of basic authentication: `fetch` refuses URLs that have them.
 * @returns the URL as it is and no header when it has neither
 */
export function splitCredentials(url: string): { readonly url: string; readonly authorization?: string } {
  const parsed = URL.parse(url);
  if (parsed === null || (parsed.username === '' && parsed.password === '')) return { url };
  const credentials = [parsed.username, parsed.password].map((part) => decodeURIComponent(part)).join(':');
  parsed.username = '';
  parsed.password = '';
  return { url: parsed.href, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/** A fetch that takes URLs with a user and a password. An authorization that the caller has set wins. */
export function withUrlCredentials(fetch: Fetch): Fetch {
  return (input, init) => (input instanceof Request ? fetch(input, init) : fetch(...authorized(input, init)));
}

/** Has every client of this process that uses `fetch`, Aztec's own included, take URLs with a user and a password. */
export function acceptUrlCredentials(): void {
  globalThis.fetch = withUrlCredentials(globalThis.fetch);
  // viem makes a request of the URL before it fetches.
  globalThis.Request = class extends Request {
    constructor(input: string | URL | Request, init?: RequestInit) {
      const [target, options] = input instanceof Request ? ([input, init] as const) : authorized(input, init);
      super(target, options);
    }
  };
}

function authorized(input: string | URL, init: RequestInit | undefined): [string | URL, RequestInit | undefined] {
  const { url, authorization } = splitCredentials(String(input));
  if (authorization === undefined) return [input, init];
  const headers = new Headers(init?.headers);
  if (!headers.has('authorization')) headers.set('authorization', authorization);
  return [url, { ...init, headers }];
}
