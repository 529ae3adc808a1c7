import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { repositoryRoot } from './architecture.ts'

/** What is read of a package's `package.json`. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly bin?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, unknown>>
}

/** A package as it is published. */
export interface PackedPackage {
  readonly folder: string
  readonly manifest: Manifest
  /** The path of its tarball. */
  readonly tarball: string
}

/** Builds what is published. The command line is bundled here: npm runs no scripts in this repository. */
export function buildPublished(): void {
  const projects = ['examples/app', 'packages/cli', 'packages/filters', 'packages/verify']
  run(repositoryRoot, 'npx', ['tsc', '-b', ...projects])
  run(repositoryRoot, process.execPath, ['tools/bundle-cli.mjs'])
}

/** Packs every public package, built before, into a directory. */
export function packAll(directory: string): PackedPackage[] {
  const folders = readdirSync(join(repositoryRoot, 'packages')).sort()
  return folders.map((name) => {
    const folder = join(repositoryRoot, 'packages', name)
    const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const printed = run(folder, 'npm', ['pack', '--json', '--pack-destination', directory])
    return { folder, manifest, tarball: join(directory, tarballName(printed)) }
  })
}

// npm prints a list in older versions and an object by package name in newer ones.
function tarballName(printed: string): string {
  const parsed: unknown = JSON.parse(printed)
  const first = Object.values(parsed as Record<string, { filename: string }>)[0]
  if (first === undefined) throw new Error(`npm pack printed no file name: ${printed}`)
  return first.filename.replace('@', '').replace('/', '-')
}

/** Runs a program and gives what it printed. @throws with all of it when it fails. */
export function run(cwd: string, command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, npm_config_loglevel: 'error' },
  })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`.trimEnd())
  return stdout
}
