import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { SourceFile } from '@lockstitch/policy'
import { noPolicies } from '@lockstitch/policy/node'

import type { Store, StoreContents } from '../store.ts'
import { contentsOfFiles } from '../stored-files.ts'
import { type GitAccess, type GitRemote, gitAccess } from './git-access.ts'
import { readTree } from './git-tree.ts'
import { GitError, runGit } from './run-git.ts'

/** A repository, and when it is looked at. Durations are milliseconds. */
export interface GitStoreOptions extends GitRemote {
  /** That of the repository unless given. */
  readonly branch?: string
  /** The folder of the policies; that of the repository unless given. */
  readonly subDir?: string
  /** Where commits are fetched to while they are read; a folder of the system unless given. */
  readonly checkoutDir?: string
  /** How often the repository is asked for a newer commit; never unless given. */
  readonly updatePollInterval?: number
  /** How long looking at the repository may take; a minute unless given. */
  readonly operationTimeout?: number
}

/**
 * A folder of a Git repository elsewhere. A commit is fetched into a new folder, read and thrown away,
 * so that nothing can be left half done, be it by a killed process, and processes may share a
 * `checkoutDir`.
 */
export function gitStore(options: GitStoreOptions): Store {
  const { branch, updatePollInterval = 0, operationTimeout = 60_000 } = options
  const subDir = (options.subDir ?? '').replaceAll(/^(?:\.?\/)+|\/+$|^\.$/g, '')
  const parent = options.checkoutDir ?? tmpdir()
  mkdirSync(parent, { recursive: true })
  removeLeftovers(parent, operationTimeout)
  const closed = new AbortController()
  let contents: StoreContents | undefined

  async function refresh(): Promise<void> {
    const signal = AbortSignal.any([closed.signal, AbortSignal.timeout(operationTimeout)])
    const home = await mkdtemp(join(parent, PREFIX))
    const access = gitAccess(options, await askpassIn(home))
    try {
      const repository = { access, home, signal }
      const ref = branch === undefined ? 'HEAD' : `refs/heads/${branch}`
      const head = await headOf(repository, ref)
      if (head === contents?.revision) return
      const { commit, files } = await fetchFiles(repository, ref, subDir)
      if (files.every(({ path }) => path.startsWith('_schemas/')))
        throw noPolicies(subDir === '' ? 'the repository' : `the folder \`${subDir}\``)
      contents = contentsOfFiles({
        driver: 'git',
        revision: commit,
        files,
        directory: subDir,
        prefix: subDir === '' ? '' : `${subDir}/`,
        attributes: { commit_hash: commit },
        policySource: {
          git: {
            repositoryUrl: access.url,
            ...(subDir !== '' && { subdirectory: subDir }),
            ...(branch !== undefined && { branch }),
            hash: commit,
          },
        },
      })
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new GitError(`the repository ${access.url} cannot be read: ${reason}`, { cause })
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  }

  const watch: Store['watch'] = (onChange) => {
    const timer = setInterval(onChange, updatePollInterval).unref()
    return () => clearInterval(timer)
  }
  return {
    driver: 'git',
    refresh,
    async read() {
      if (contents === undefined) await refresh()
      if (contents === undefined) throw new GitError('the store is closed')
      return contents
    },
    ...(updatePollInterval > 0 && { watch }),
    close() {
      closed.abort()
    },
  }
}

const PREFIX = 'lockstitch-git-'

/** What killed processes have left. Whoever is at work has younger ones. */
function removeLeftovers(parent: string, operationTimeout: number): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(PREFIX)) continue
    const path = join(parent, name)
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > operationTimeout + 3_600_000) rmSync(path, { recursive: true, force: true })
  }
}

/** A program that says the passphrase of a key, which it is told by its environment. */
async function askpassIn(home: string): Promise<string> {
  const path = join(home, 'askpass')
  await writeFile(path, '#!/bin/sh\nprintf "%s\\n" "$LOCKSTITCH_GIT_PASSPHRASE"\n', { mode: 0o700 })
  return path
}

interface Repository {
  readonly access: GitAccess
  readonly home: string
  readonly signal: AbortSignal
}

/** The commit that a branch has now. */
async function headOf({ access, signal }: Repository, ref: string): Promise<string> {
  const listing = await runGit(access, ['ls-remote', '--quiet', '--', access.url, ref], { signal })
  for (const line of listing.toString('utf8').split('\n')) {
    const [commit = '', name] = line.split('\t')
    if (name === ref) return commit
  }
  throw new GitError(ref === 'HEAD' ? 'it has no commit' : `it has no branch \`${nameOf(ref)}\``)
}

function nameOf(ref: string): string {
  return ref.slice('refs/heads/'.length)
}

async function fetchFiles(
  { access, home, signal }: Repository,
  ref: string,
  subDir: string,
): Promise<{ readonly commit: string; readonly files: readonly SourceFile[] }> {
  const git = (args: readonly string[], input?: string): Promise<Buffer> =>
    runGit(access, ['--git-dir', join(home, 'repository'), ...args], {
      signal,
      ...(input !== undefined && { input }),
    })
  await git(['init', '--quiet', '--bare', '--template='])
  const local = 'refs/heads/policies'
  const options = ['--quiet', '--depth=1', '--no-tags', '--no-recurse-submodules']
  await git(['fetch', ...options, '--', access.url, `+${ref}:${local}`])
  const commit = (await git(['rev-parse', `${local}^{commit}`])).toString('utf8').trim()
  const tree = await git(['rev-parse', '--verify', '--quiet', `${commit}:${subDir}`]).catch(
    (cause: unknown) => {
      if (signal.aborted) throw cause
      throw new GitError(`it has no folder \`${subDir}\``, { cause })
    },
  )
  return { commit, files: await readTree(git, tree.toString('utf8').trim()) }
}
