/**
 * One stanza of apt's sources: where packages come from, and which keys sign them.
 * @typedef {object} AptSource
 * @property {string[]} types `deb`, `deb-src`
 * @property {string[]} uris
 * @property {string[]} suites `bookworm`, `bookworm-updates`, …
 * @property {string[]} components `main`, …
 * @property {string | undefined} signedBy a path of a keyring, or the key itself as deb822 writes it; undefined means
 *   all keys the system trusts
 */

/**
 * Reads a one-line-style list: `deb [signed-by=/path] https://mirror/debian bookworm main`.
 * @param {string} text contents of `/etc/apt/sources.list` or of a `.list` file
 * @returns {AptSource[]}
 * @see https://manpages.debian.org/bookworm/apt/sources.list.5
 */
export function parseAptList(text) {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(deb|deb-src)\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*(.*)$/.exec(line.replace(/#.*$/, ''));
    if (match === null) return [];
    const [, type = '', options = '', uri = '', suite = '', components = ''] = match;
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1]?.split(',').join(' ');
    return [{ types: [type], uris: [uri], suites: [suite], components: words(components), signedBy }];
  });
}

/**
 * Reads deb822 stanzas (`Types: deb`, `URIs: …`), leaving out those that say `Enabled: no`.
 * @param {string} text contents of a `.sources` file
 * @returns {AptSource[]}
 * @see https://manpages.debian.org/bookworm/apt/sources.list.5
 */
export function parseAptDeb822(text) {
  const withoutComments = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n');
  return withoutComments.split(/\n[ \t]*\n/).flatMap((stanza) => {
    const fields = new Map(
      stanza
        .split(/\n(?=\S)/)
        .map((field) => /^\s*([\w-]+):([^]*)$/.exec(field))
        .filter((match) => match !== null)
        .map(([, name = '', value = '']) => [name.toLowerCase(), value.replace(/^[ \t]+|\s+$/g, '')]),
    );
    if (!fields.has('uris') || /^(no|false|0)$/i.test(fields.get('enabled') ?? '')) return [];
    return [
      {
        types: words(fields.get('types') ?? ''),
        uris: words(fields.get('uris') ?? ''),
        suites: words(fields.get('suites') ?? ''),
        components: words(fields.get('components') ?? ''),
        signedBy: fields.get('signed-by'),
      },
    ];
  });
}

/**
 * Finds the mirror of the distribution itself among all sources: neither its security updates nor third-party
 * packages.
 * @param {AptSource[]} sources
 * @param {string} codename of the running release, such as `bookworm`
 * @returns {AptSource | undefined}
 */
export function findReleaseSource(sources, codename) {
  const binary = sources.filter(({ types, components }) => types.includes('deb') && components.includes('main'));
  // A system may name its release by role instead of by codename.
  return (
    binary.find(({ suites }) => suites.includes(codename)) ??
    binary.find(({ suites }) => suites.some((suite) => ['stable', 'oldstable', 'oldoldstable'].includes(suite)))
  );
}

/**
 * Writes the source that offers another release of the same distribution from the same mirror, under the same keys.
 * @param {AptSource} source
 * @param {{ codename: string, architecture: string }} release
 * @returns {string} a deb822 stanza
 */
export function formatReleaseSource(source, { codename, architecture }) {
  const lines = [
    'Types: deb',
    `URIs: ${source.uris[0] ?? ''}`,
    `Suites: ${codename}`,
    'Components: main',
    `Architectures: ${architecture}`,
    // Only the index of packages: a desktop's settings would add icons and descriptions.
    'Targets: Packages',
  ];
  if (source.signedBy !== undefined) lines.push(`Signed-By: ${source.signedBy}`);
  return `${lines.join('\n')}\n`;
}

/** @param {string} text */
function words(text) {
  return text.split(/\s+/).filter((word) => word !== '');
}
