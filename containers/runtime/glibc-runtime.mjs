// Makes Aztec's native parts run where the system's glibc is too old for them: copies of node and bb that load a newer
// C and C++ runtime. Nothing outside node_modules is written, and root is not needed.
//
// The copies name their loader (interpreter) and libraries (rpath) by absolute path. No environment variable is
// involved, so the programs that they start (anvil, forge, git) load the system's libraries as usual.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fetchDonorPackages } from './fetch-donor-packages.mjs';

/** Debian's names, by processor. */
const PROCESSORS = {
  x64: { architecture: 'amd64', triplet: 'x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' },
  arm64: { architecture: 'arm64', triplet: 'aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' },
};

/** A later start removes what a killed one left behind, after this long. */
const ABANDONED_AFTER_MS = 60 * 60 * 1000;

/**
 * What to build, from what.
 * @typedef {object} GlibcRuntimePlan
 * @property {string} cacheDirectory where everything is kept
 * @property {string} runtimeDirectory inside it: where the patched `node` and `bb` will be
 * @property {string} nodePath the Node to copy
 * @property {string} bbPath the bb to copy, and to replace by a link to the copy
 * @property {string} nativeModulePath the native module that the patched Node has to load before it is accepted
 */

/**
 * Whether everything is built already.
 * @param {GlibcRuntimePlan} plan
 */
export function isGlibcRuntimeReady({ runtimeDirectory, bbPath }) {
  return fs.existsSync(runtimeDirectory) && readLink(bbPath) === path.join(runtimeDirectory, 'bb');
}

/**
 * Builds the patched `node` and `bb`, unless they exist. Two starts at the same time each build their own, and the
 * first to finish wins.
 * @param {GlibcRuntimePlan} plan
 * @param {(step: string) => void} report called with one line for each step
 * @throws {Error} when they cannot be built here, with what to do instead
 */
export function ensureGlibcRuntime(plan, report) {
  const processor = process.arch === 'x64' || process.arch === 'arm64' ? PROCESSORS[process.arch] : undefined;
  if (processor === undefined) throw new Error(`Aztec has no native parts for ${process.arch}: use x64 or arm64`);

  fs.mkdirSync(plan.cacheDirectory, { recursive: true });
  removeAbandoned(plan.cacheDirectory);
  const librariesDirectory = path.join(plan.cacheDirectory, `libraries-${processor.architecture}`);
  const startedMs = Date.now();

  makeOnce(librariesDirectory, (directory) => {
    const unpacked = fetchDonorPackages(path.join(directory, 'packages'), processor.architecture, report);
    collectLibraries(unpacked, processor.triplet, path.join(directory, 'lib'));
    fs.copyFileSync(path.join(unpacked, 'usr/bin/patchelf'), path.join(directory, 'patchelf'));
    fs.rmSync(path.join(directory, 'packages'), { recursive: true });
  });

  makeOnce(plan.runtimeDirectory, (directory) => {
    report('copying node and bb, and pointing the copies at that runtime');
    const libraries = path.join(librariesDirectory, 'lib');
    const loader = path.join(libraries, processor.loader);
    const installedBb = fs.existsSync(unpatchedPath(plan.bbPath)) ? unpatchedPath(plan.bbPath) : plan.bbPath;
    const originals = { node: plan.nodePath, bb: installedBb };
    for (const [name, original] of Object.entries(originals)) {
      const copy = path.join(directory, name);
      fs.copyFileSync(original, copy, fs.constants.COPYFILE_FICLONE);
      fs.chmodSync(copy, 0o755);
      const patchelf = [loader, '--library-path', libraries, path.join(librariesDirectory, 'patchelf')];
      // An rpath (not a runpath) also serves the native modules that the process loads later. Two steps in this order:
      // in one, or the other way round, patchelf 0.18 lets two segments of a node overlap, and it crashes at start.
      run([...patchelf, '--force-rpath', '--set-rpath', libraries, copy]);
      run([...patchelf, '--set-interpreter', loader, copy]);
    }
    run([path.join(directory, 'node'), '-e', 'require(process.argv[1])', plan.nativeModulePath]);
    const bbVersion = run([path.join(directory, 'bb'), '--version']).trim();
    const seconds = Math.round((Date.now() - startedMs) / 1000);
    report(`done in ${seconds} s: node loads the native module, bb is version ${bbVersion}`);
  });
  linkInPlace(plan.bbPath, path.join(plan.runtimeDirectory, 'bb'));
}

/**
 * Puts the patched bb in place of the one in Aztec's package, which Aztec starts for hashes and signatures even
 * where `BB_BINARY_PATH` is set.
 * @param {string} bbPath
 * @param {string} patchedPath
 */
function linkInPlace(bbPath, patchedPath) {
  // In this order, so that there is a bb at every moment, and the installed one is kept.
  try {
    fs.linkSync(bbPath, unpatchedPath(bbPath));
  } catch (error) {
    // Kept by an earlier start, or by one at the same time.
    if (!fs.existsSync(unpatchedPath(bbPath))) throw error;
  }
  const link = `${bbPath}.${process.pid}`;
  fs.symlinkSync(patchedPath, link);
  fs.renameSync(link, bbPath);
}

/**
 * The name under which the installed bb is kept.
 * @param {string} bbPath
 */
function unpatchedPath(bbPath) {
  return `${bbPath}.unpatched`;
}

/**
 * @param {string} file
 * @returns {string | undefined} undefined unless it is a link
 */
function readLink(file) {
  return fs.lstatSync(file).isSymbolicLink() ? fs.readlinkSync(file) : undefined;
}

/**
 * Fills a folder under a temporary name, and renames it once it is complete.
 * @param {string} directory
 * @param {(temporaryDirectory: string) => void} fill
 */
function makeOnce(directory, fill) {
  if (fs.existsSync(directory)) return;
  const temporary = fs.mkdtempSync(path.join(path.dirname(directory), '.making-'));
  try {
    fill(temporary);
    fs.chmodSync(temporary, 0o755);
    fs.renameSync(temporary, directory);
  } catch (error) {
    fs.rmSync(temporary, { recursive: true, force: true });
    // Another process finished first: its folder is as good.
    if (!fs.existsSync(directory)) throw error;
  }
}

/**
 * @param {string} unpacked
 * @param {string} triplet
 * @param {string} destination
 */
function collectLibraries(unpacked, triplet, destination) {
  fs.mkdirSync(destination);
  // Before Debian merged them, some libraries were in /lib and some in /usr/lib.
  for (const folder of ['usr/lib', 'lib'].map((prefix) => path.join(unpacked, prefix, triplet))) {
    if (!fs.existsSync(folder)) continue;
    for (const file of fs.readdirSync(folder).filter((name) => /\.so(\.\d+)*$/.test(name))) {
      // Links are followed: each name becomes a file, and nothing points out of the folder.
      fs.copyFileSync(path.join(folder, file), path.join(destination, file));
      fs.chmodSync(path.join(destination, file), 0o755);
    }
  }
}

/** @param {string} cacheDirectory */
function removeAbandoned(cacheDirectory) {
  for (const name of fs.readdirSync(cacheDirectory).filter((entry) => entry.startsWith('.making-'))) {
    const directory = path.join(cacheDirectory, name);
    const ageMs = Date.now() - (fs.statSync(directory, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (ageMs > ABANDONED_AFTER_MS) fs.rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * @param {string[]} command
 * @returns {string} what it printed
 */
function run([program = '', ...parameters]) {
  const { status, signal, stdout, stderr, error } = spawnSync(program, parameters, { encoding: 'utf8' });
  if (status === 0) return stdout;
  const reason = error?.message ?? (stderr.trim().split('\n').slice(-3).join(' ') || `ended by ${signal ?? 'itself'}`);
  throw new Error(
    `the runtime for this system does not work: ${path.basename(program)} ${parameters.join(' ')}: ${reason}; ` +
      'use Debian 13, Ubuntu 24.04 or newer',
  );
}
