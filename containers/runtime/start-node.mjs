import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { decideRuntime } from './decide-runtime.mjs';

const PACKAGES = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** Raise it when the way a runtime is built changes, so that an older one is not reused. */
const RUNTIME_RECIPE = 1;

/**
 * Replaces this process by (or, on an older Node, starts as a child) the Node that this project needs, with native parts
 * that run on this system.
 * @param {string[]} nodeArguments Node's own flags, a script, and the script's arguments
 */
export async function startNode(nodeArguments) {
  try {
    const { nodePath, environment } = await prepareRuntime();
    if (process.execve === undefined) {
      runChild(nodePath, nodeArguments, environment);
    } else {
      // Replaces this process: signals and exit codes are those of the script.
      process.execve(nodePath, [nodePath, ...nodeArguments], environment);
    }
  } catch (error) {
    process.stderr.write(`coppice: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

/** @returns {Promise<{ nodePath: string, environment: NodeJS.ProcessEnv }>} */
async function prepareRuntime() {
  const bundledNode = path.join(PACKAGES, `node-${process.platform}-${process.arch}`);
  const native = path.join(PACKAGES, '@aztec/bb.js/build', nativeFolder());
  const cacheDirectory = path.join(PACKAGES, '.cache/coppice-runtime');
  const bbVersion = readVersion(path.join(PACKAGES, '@aztec/bb.js'));
  if (bbVersion === undefined) throw new Error('the dependencies are not installed: run npm ci');
  const bundledVersion = readVersion(bundledNode);
  const runtimeDirectory = path.join(
    cacheDirectory,
    runtimeName(cacheDirectory, bundledVersion ?? process.versions.node, bbVersion),
  );
  const patchedNodePath = path.join(runtimeDirectory, 'node');
  const glibcVersion = readGlibcVersion();

  const runtime = decideRuntime({
    platform: process.platform,
    nodePath: process.execPath,
    nodeVersion: process.versions.node,
    bundledNodePath: bundledVersion === undefined ? undefined : path.join(bundledNode, 'bin/node'),
    patchedNodePath,
    glibcVersion,
  });

  const bbPath = path.join(native, 'bb');
  if (runtime.kind === 'system-glibc') return { nodePath: runtime.nodePath, environment: environmentFor(bbPath) };

  const nativeModulePath = path.join(native, 'nodejs_module.node');
  const plan = { cacheDirectory, runtimeDirectory, nodePath: runtime.nodePath, bbPath, nativeModulePath };
  // A system with a newer glibc never loads this.
  const { ensureGlibcRuntime, isGlibcRuntimeReady } = await import('./glibc-runtime.mjs');
  if (!isGlibcRuntimeReady(plan)) {
    const report = (/** @type {string} */ step) => process.stderr.write(`coppice: ${step}\n`);
    report(
      `this system's glibc is too old for Aztec's native parts: building a runtime for them in node_modules, once`,
    );
    ensureGlibcRuntime(plan, report);
  }
  return { nodePath: patchedNodePath, environment: environmentFor(path.join(runtimeDirectory, 'bb')) };
}

/**
 * @param {string} bbPath
 * @returns {NodeJS.ProcessEnv}
 */
function environmentFor(bbPath) {
  const environment = { ...process.env };
  environment['BB_BINARY_PATH'] ||= bbPath;
  // bcrypto compiles its native part when it is installed, where install scripts and a compiler are allowed; elsewhere
  // it needs this to use its JavaScript.
  if (!fs.existsSync(path.join(PACKAGES, 'bcrypto/build/Release/bcrypto.node'))) environment['NODE_BACKEND'] ||= 'js';
  // Node keeps what it has compiled there, and each later process starts with a third of the work. It does without where
  // it may not write.
  environment['NODE_COMPILE_CACHE'] ||= path.join(PACKAGES, '.cache/coppice-compiled');
  return environment;
}

/** The folder of `@aztec/bb.js` that has the native parts for this machine. */
function nativeFolder() {
  return `${process.arch === 'x64' ? 'amd64' : process.arch}-${process.platform === 'darwin' ? 'macos' : process.platform}`;
}

/**
 * A folder's name that changes with everything its contents depend on, including its path, which the binaries contain.
 * @param {string} cacheDirectory
 * @param {string} nodeVersion
 * @param {string} bbVersion
 */
function runtimeName(cacheDirectory, nodeVersion, bbVersion) {
  const place = createHash('sha256').update(cacheDirectory).digest('hex').slice(0, 8);
  return `node-${nodeVersion}-bb-${bbVersion}-${RUNTIME_RECIPE}-${place}`;
}

/**
 * @param {string} packageDirectory
 * @returns {string | undefined} undefined when the package is not installed
 */
function readVersion(packageDirectory) {
  const file = path.join(packageDirectory, 'package.json');
  if (!fs.existsSync(file)) return undefined;
  /** @type {unknown} */
  const manifest = JSON.parse(fs.readFileSync(file, 'utf8'));
  return manifest instanceof Object && 'version' in manifest ? String(manifest.version) : undefined;
}

/** @returns {string | undefined} undefined on a system without glibc */
function readGlibcVersion() {
  // Otherwise the report resolves the names of network interfaces, which can take seconds.
  Object.assign(process.report, { excludeNetwork: true });
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return header.glibcVersionRuntime;
}

/**
 * Runs the script in a child and passes on signals and the exit code, for a Node that cannot replace its process.
 * @param {string} nodePath
 * @param {string[]} nodeArguments
 * @param {NodeJS.ProcessEnv} environment
 */
function runChild(nodePath, nodeArguments, environment) {
  const child = spawn(nodePath, nodeArguments, { stdio: 'inherit', env: environment });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      // At a terminal, Ctrl-C reaches the child directly; forwarding it would count as a second Ctrl-C.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    process.stderr.write(`coppice: cannot start ${nodePath}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + (signal === null ? 1 : os.constants.signals[signal]));
  });
}
