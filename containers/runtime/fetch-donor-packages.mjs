// Fetches the C and C++ runtime of a newer release of this distribution, from the mirror this system's own apt uses,
// checked against the keys this system's own apt trusts. Only reads the system's settings.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { findReleaseSource, formatReleaseSource, parseAptDeb822, parseAptList } from './apt-sources.mjs';
import { MINIMUM_GLIBC_VERSION } from './decide-runtime.mjs';
import { chooseDonorRelease } from './donor-release.mjs';

const PACKAGES = ['libc6', 'libstdc++6', 'libgcc-s1', 'patchelf'];
const REMEDY = `Aztec's native parts need glibc ${MINIMUM_GLIBC_VERSION}: use Debian 13, Ubuntu 24.04 or newer`;

/**
 * Downloads the packages and unpacks them, without installing anything.
 * @param {string} directory where to work; made here
 * @param {string} architecture Debian's name of it
 * @param {(step: string) => void} report
 * @returns {string} the folder that holds `usr/…` of all of them
 * @throws {Error} when this system has no apt, or its mirror no such packages
 */
export function fetchDonorPackages(directory, architecture, report) {
  const osRelease = fs.existsSync('/etc/os-release') ? fs.readFileSync('/etc/os-release', 'utf8') : '';
  const donor = chooseDonorRelease(osRelease);
  const isAptThere = spawnSync('apt-get', ['--version']).status === 0 && spawnSync('dpkg', ['--version']).status === 0;
  if (donor === undefined || !isAptThere) {
    throw new Error(`this system's glibc is too old, and it has no apt to get a newer one from; ${REMEDY}`);
  }
  const source = findReleaseSource(readSystemSources(), donor.runningCodename);
  if (source === undefined) {
    throw new Error(`apt's sources have no mirror for ${donor.runningCodename || 'this release'} main; ${REMEDY}`);
  }

  const unpacked = path.join(directory, 'unpacked');
  for (const folder of ['state/lists/partial', 'cache/archives/partial', 'unpacked']) {
    fs.mkdirSync(path.join(directory, folder), { recursive: true });
  }
  const sourceFile = path.join(directory, 'donor.sources');
  fs.writeFileSync(sourceFile, formatReleaseSource(source, { codename: donor.codename, architecture }));
  const configuration = path.join(directory, 'apt.conf');
  fs.writeFileSync(configuration, formatAptConfiguration(directory, sourceFile));
  fs.writeFileSync(path.join(directory, 'state/status'), '');

  report(`reading the package index of ${donor.name} (${donor.codename}) from the mirror that apt uses here`);
  run('apt-get', ['-c', configuration, '-qq', 'update'], directory);
  report(`downloading ${PACKAGES.join(', ')}`);
  run('apt-get', ['-c', configuration, '-qq', 'download', ...PACKAGES], directory);
  for (const file of fs.readdirSync(directory).filter((name) => name.endsWith('.deb'))) {
    run('dpkg', ['-x', file, unpacked], directory);
  }
  return unpacked;
}

/** @returns {import('./apt-sources.mjs').AptSource[]} */
function readSystemSources() {
  const parts = '/etc/apt/sources.list.d';
  const files = [
    '/etc/apt/sources.list',
    ...(fs.existsSync(parts) ? fs.readdirSync(parts).map((name) => path.join(parts, name)) : []),
  ].filter((file) => fs.existsSync(file));
  return files.flatMap((file) => {
    if (file.endsWith('.list')) return parseAptList(fs.readFileSync(file, 'utf8'));
    return file.endsWith('.sources') ? parseAptDeb822(fs.readFileSync(file, 'utf8')) : [];
  });
}

/**
 * Settings read after the system's own, so that its proxies and credentials stay in effect and its folders and hooks do not.
 * @param {string} directory
 * @param {string} sourceFile
 */
function formatAptConfiguration(directory, sourceFile) {
  return `#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Update::Error-Mode "any";
// apt drops root's rights to its own user, who cannot write here.
APT::Sandbox::User "${process.getuid?.() === 0 ? 'root' : '_apt'}";
Acquire::Retries "3";
Acquire::Languages "none";
Dir::State "${directory}/state";
Dir::State::status "${directory}/state/status";
Dir::Cache "${directory}/cache";
Dir::Etc::sourcelist "${sourceFile}";
Dir::Etc::sourceparts "-";
Dir::Etc::preferences "-";
Dir::Etc::preferencesparts "-";
`;
}

/**
 * @param {string} program
 * @param {string[]} parameters
 * @param {string} directory
 */
function run(program, parameters, directory) {
  const { status, stderr, error } = spawnSync(program, parameters, { cwd: directory, encoding: 'utf8' });
  if (status === 0) return;
  // A mirror's address may carry a password.
  const reason = (error?.message ?? stderr.trim().split('\n').slice(-3).join(' ')).replace(/\/\/[^/\s@]+@/g, '//');
  throw new Error(`${program} ${parameters.at(-1) ?? ''} failed: ${reason}; ${REMEDY}`);
}
