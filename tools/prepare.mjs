// Gets a checkout ready: Node's version, the dependencies, the build. Plain JavaScript without
// dependencies, because it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const oldestNode = [20, 19]

/** Installs and, when asked, builds what is missing. Exits with 1 and a reason when it cannot. */
export async function prepare({ build = false } = {}) {
  requireNode()
  if (!isInstalled()) run('Installing dependencies', 'npm', ['ci', '--no-audit', '--no-fund'])
  if (!build) return
  run('Building', process.execPath, [tsc(), '-b', ...buildProjects()])
  // Imported here, because it has a dependency.
  const { bundleCli } = await import('./bundle-cli.mjs')
  await bundleCli()
}

/** Runs a program in the root with its output on ours; the exit code, 1 when a signal ended it. */
export function runVisibly(command, args, env = {}) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  return status ?? 1
}

/** The path of a tool's script in `node_modules`, to be started with the running Node. */
export function tool(path) {
  return join(root, 'node_modules', path)
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isOldEnough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])
  if (isOldEnough) return
  fail(`Lockstitch needs Node ${oldestNode.join('.')} or newer; this is ${process.versions.node}.`)
}

// npm writes this file at the end of each install, so it is older than a lock file that changed since.
function isInstalled() {
  const installed = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(installed)) return false
  return statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs
}

function tsc() {
  return tool('typescript/bin/tsc')
}

// The example depends on every package that the demo needs; the command line stands beside it.
function buildProjects() {
  return ['examples/app', 'packages/cli', 'packages/verify']
}

// Quiet unless it fails: a fresh clone shows two lines, not a log.
function run(title, command, args) {
  const started = Date.now()
  process.stderr.write(`${title} …`)
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status === 0) {
    process.stderr.write(` ${((Date.now() - started) / 1000).toFixed(1)} s\n`)
    return
  }
  process.stderr.write(' failed\n')
  fail([error?.message, stdout, stderr].filter(Boolean).join('\n'))
}

function fail(reason) {
  process.stderr.write(`${reason.trimEnd()}\n`)
  process.exit(1)
}
