import { describe, expect, it } from 'vitest';
import {
  findReleaseSource,
  formatReleaseSource,
  parseAptDeb822,
  parseAptList,
} from '../../../containers/runtime/apt-sources.mjs';

const BOOKWORM_DEB822 = `Types: deb
# http://snapshot.example/archive/debian/20250520T000000Z
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;

describe('parseAptList', () => {
  it('reads type, address, suite and components of each line', () => {
    const sources = parseAptList('deb http://mirror.example/ubuntu jammy main restricted\n');
    expect(sources).toEqual([
      {
        types: ['deb'],
        uris: ['http://mirror.example/ubuntu'],
        suites: ['jammy'],
        components: ['main', 'restricted'],
        signedBy: undefined,
      },
    ]);
  });

  it('leaves out comments, empty lines and what follows a # on a line', () => {
    const text = '# deb http://old.example bullseye main\n\ndeb http://mirror.example bookworm main # the mirror\n';
    expect(parseAptList(text).map(({ uris, components }) => [uris, components])).toEqual([
      [['http://mirror.example'], ['main']],
    ]);
  });

  it('keeps the keyring among the options of a line', () => {
    const text = 'deb [arch=amd64 signed-by=/keys/a.gpg,/keys/b.gpg] https://mirror.example bookworm main';
    expect(parseAptList(text)[0]?.signedBy).toBe('/keys/a.gpg /keys/b.gpg');
  });
});

describe('parseAptDeb822', () => {
  it('reads every stanza, with a comment in the middle of one', () => {
    expect(parseAptDeb822(BOOKWORM_DEB822).map(({ uris, suites }) => [uris, suites])).toEqual([
      [['http://mirror.example/debian'], ['bookworm', 'bookworm-updates']],
      [['http://mirror.example/debian-security'], ['bookworm-security']],
    ]);
  });

  it('takes field names in any case, and values that continue on the next line', () => {
    const [source] = parseAptDeb822('types: deb\nURIS:\n http://a.example\n http://b.example\nsuites: trixie\n');
    expect(source?.uris).toEqual(['http://a.example', 'http://b.example']);
  });

  it('leaves out a stanza that is switched off', () => {
    expect(parseAptDeb822(`Enabled: no\n${BOOKWORM_DEB822}`)).toHaveLength(1);
  });

  it('keeps a key that is written into the stanza, line by line', () => {
    const key =
      '\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDMEY865UxYJKwYBBAHaRw8B\n -----END PGP PUBLIC KEY BLOCK-----';
    const [source] = parseAptDeb822(
      `Types: deb\nURIs: http://mirror.example\nSuites: trixie\nComponents: main\nSigned-By:${key}\n`,
    );
    expect(source?.signedBy).toBe(key);
    const written = formatReleaseSource(source!, { codename: 'trixie', architecture: 'amd64' });
    expect(parseAptDeb822(written)[0]?.signedBy).toBe(key);
  });
});

describe('findReleaseSource', () => {
  const nodesource = {
    types: ['deb'],
    uris: ['https://node.example'],
    suites: ['nodistro'],
    components: ['main'],
    signedBy: undefined,
  };

  it("finds the distribution's mirror, and neither its security updates nor another vendor's packages", () => {
    const sources = [nodesource, ...parseAptDeb822(BOOKWORM_DEB822).reverse()];
    expect(findReleaseSource(sources, 'bookworm')?.uris).toEqual(['http://mirror.example/debian']);
  });

  it('takes a source that names the release by its role', () => {
    const sources = parseAptList('deb http://mirror.example/debian oldstable main');
    expect(findReleaseSource([nodesource, ...sources], 'bookworm')?.uris).toEqual(['http://mirror.example/debian']);
  });

  it('ignores sources of source code, and those without the main packages', () => {
    const sources = parseAptList(
      'deb-src http://mirror.example/debian bookworm main\ndeb http://mirror.example/debian bookworm contrib\n',
    );
    expect(findReleaseSource(sources, 'bookworm')).toBeUndefined();
  });
});

describe('formatReleaseSource', () => {
  it('names the same mirror for the main packages of another release, under the same keys', () => {
    const source = findReleaseSource(parseAptDeb822(BOOKWORM_DEB822), 'bookworm')!;
    expect(formatReleaseSource(source, { codename: 'trixie', architecture: 'amd64' })).toBe(`Types: deb
URIs: http://mirror.example/debian
Suites: trixie
Components: main
Architectures: amd64
Targets: Packages
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`);
  });
});
