import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  type ImportedFile,
  importedMarker,
  importRbac,
  type RbacImport,
  rbacDrift,
} from '@lockstitch/stytch/rbac'

import { CommandFailure, type ExitCode, exitCodes, reasonOf } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { loadRbacPolicy, type RbacOptions } from './rbac-source.ts'

/** Writes the policies, and takes away those of an earlier import that are no more. */
export async function runRbacImport(
  folder: string,
  options: RbacOptions,
  io: Io,
): Promise<ExitCode> {
  const { files, notes } = await importOf(options, io)
  const present = await filesIn(folder)
  const foreign = files.find(({ path }) => {
    return present.some((file) => file.path === path && !isImported(file))
  })
  if (foreign !== undefined)
    throw new CommandFailure(
      exitCodes.failed,
      `\`${join(folder, foreign.path)}\` was not written by an import; move it away`,
    )
  const written = new Set(files.map(({ path }) => path))
  const leftOver = present.filter((file) => isImported(file) && !written.has(file.path))
  try {
    for (const { path, text } of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), text)
    }
    for (const { path } of leftOver) await rm(join(folder, path))
  } catch (error) {
    throw new CommandFailure(exitCodes.failed, `cannot write to \`${folder}\`: ${reasonOf(error)}`)
  }
  for (const { kind, message } of notes) io.stderr.write(`${noteWords[kind]}: ${message}\n`)
  const removed = leftOver.length > 0 ? `, ${leftOver.length} removed` : ''
  io.stdout.write(`${files.length} files written to ${folder}${removed}\n`)
  return exitCodes.ok
}

const noteWords = { lost: 'not kept', differs: 'kept otherwise', lint: 'look at' } as const

/** Says how the folder differs from what the import would write now. */
export async function runRbacCheck(
  folder: string,
  options: RbacOptions,
  io: Io,
): Promise<ExitCode> {
  const { files } = await importOf(options, io)
  const present = (await filesIn(folder)).filter((file) => {
    return isImported(file) || files.some(({ path }) => path === file.path)
  })
  const drift = rbacDrift(present, files)
  for (const { path, kind, lines } of drift) {
    io.stdout.write(`${kindWords[kind]} ${join(folder, path)}\n`)
    for (const line of lines) io.stdout.write(`  ${line}\n`)
  }
  if (drift.length > 0) {
    io.stdout.write(`${drift.length} of ${files.length} files differ from Stytch's RBAC policy\n`)
    return exitCodes.drift
  }
  io.stdout.write(`${folder} is Stytch's RBAC policy\n`)
  return exitCodes.ok
}

const kindWords = { missing: 'missing  ', 'left-over': 'left over', changed: 'changed  ' } as const

async function importOf(options: RbacOptions, io: Io): Promise<RbacImport> {
  const policy = await loadRbacPolicy(options, io)
  return importRbac(policy, {
    ...(options.consumer && { tenancy: false }),
    ...(options.expandWildcards && { expandWildcards: true }),
  })
}

/** The YAML files of a folder, with `/` in their paths; none where there is no folder. */
async function filesIn(folder: string): Promise<ImportedFile[]> {
  const entries = await readdir(folder, { recursive: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw new CommandFailure(exitCodes.failed, `cannot read \`${folder}\`: ${reasonOf(error)}`)
    },
  )
  const paths = entries.filter((path) => path.endsWith('.yaml')).sort()
  return Promise.all(
    paths.map(async (path) => {
      const text = await readFile(join(folder, path), 'utf8')
      return { path: path.replaceAll('\\', '/'), text }
    }),
  )
}

function isImported({ text }: ImportedFile): boolean {
  return text.startsWith(importedMarker)
}
