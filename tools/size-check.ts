import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { repositoryRoot } from './architecture.ts'

/** One line of `.size-limit.json`. */
export interface SizeLimit {
  readonly name: string
  readonly path: string | readonly string[]
  readonly limit: string
  readonly ignore?: readonly string[]
  readonly gzip?: boolean
  /** What is imported of which file; everything unless given. */
  readonly import?: Readonly<Record<string, string>>
}

/** What `size-limit` says of a bundle. */
export interface Size {
  readonly name: string
  readonly passed: boolean
  readonly size: number
}

/** The limits that `npm run pack:check` looks at. */
export function readSizeLimits(): readonly SizeLimit[] {
  return JSON.parse(readFileSync(join(repositoryRoot, '.size-limit.json'), 'utf8'))
}

/**
 * Runs `size-limit` as `npm run pack:check` does, on other entries: `files` are written to an empty
 * folder, and the paths of the limits are relative to it.
 */
export function measure(
  limits: readonly SizeLimit[],
  files: Readonly<Record<string, string>>,
): { readonly ok: boolean; readonly sizes: readonly Size[] } {
  const folder = mkdtempSync(join(tmpdir(), 'size-check-'))
  try {
    const manifest = readFileSync(join(repositoryRoot, 'package.json'), 'utf8')
    writeFileSync(join(folder, 'package.json'), manifest)
    writeFileSync(join(folder, '.size-limit.json'), JSON.stringify(limits))
    symlinkSync(join(repositoryRoot, 'node_modules'), join(folder, 'node_modules'))
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    const program = join(repositoryRoot, 'node_modules/size-limit/bin.js')
    const run = spawnSync(process.execPath, [program, '--json'], { cwd: folder, encoding: 'utf8' })
    if (!run.stdout.startsWith('[')) throw new Error(`size-limit: ${run.stdout}${run.stderr}`)
    return { ok: run.status === 0, sizes: JSON.parse(run.stdout) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
