/**
 * A release of the running distribution whose C library is new enough.
 * @typedef {object} DonorRelease
 * @property {string} name for people
 * @property {string} codename the release that has the newer glibc
 * @property {string} runningCodename the release that runs here
 */

/**
 * Chooses the release to take a newer C library from: the oldest one of the same distribution that has it, because its
 * packages are on the mirror, and signed with the keys, that this system already uses.
 * @param {string} osRelease contents of `/etc/os-release`
 * @returns {DonorRelease | undefined} undefined unless the distribution is Debian, Ubuntu or derived from them
 */
export function chooseDonorRelease(osRelease) {
  const fields = new Map(
    osRelease
      .split('\n')
      .map((line) => /^(\w+)=["']?(.*?)["']?$/.exec(line.trim()))
      .filter((match) => match !== null)
      .map(([, key = '', value = '']) => [key, value]),
  );
  const family = `${fields.get('ID') ?? ''} ${fields.get('ID_LIKE') ?? ''}`.split(' ');
  // Ubuntu also lists Debian, so check for it first.
  if (family.includes('ubuntu')) {
    const runningCodename = fields.get('UBUNTU_CODENAME') ?? fields.get('VERSION_CODENAME') ?? '';
    return { name: 'Ubuntu 24.04', codename: 'noble', runningCodename };
  }
  if (family.includes('debian')) {
    const runningCodename = fields.get('DEBIAN_CODENAME') ?? fields.get('VERSION_CODENAME') ?? '';
    return { name: 'Debian 13', codename: 'trixie', runningCodename };
  }
  return undefined;
}
