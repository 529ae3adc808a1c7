import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

/** A repository that others push to. */
export interface GitRepository {
  readonly directory: string
  readonly url: string
  /** Replaces all files and pushes, in one commit. Gives its id. */
  push(
    files: Readonly<Record<string, string>>,
    options?: { readonly branch?: string; readonly links?: Readonly<Record<string, string>> },
  ): Promise<string>
  /** Takes it away, and brings it back. */
  hide(): Promise<void>
  show(): Promise<void>
  remove(): Promise<void>
}

/** Makes an empty repository in a folder of its own. */
export async function createGitRepository(): Promise<GitRepository> {
  const home = await mkdtemp(join(tmpdir(), 'lockstitch-repository-'))
  const [directory, work] = [join(home, 'origin.git'), join(home, 'work')]
  await git(home, 'init', '--quiet', '--bare', '--initial-branch=main', directory)
  await git(home, 'init', '--quiet', '--initial-branch=main', work)
  await git(work, 'remote', 'add', 'origin', directory)
  return {
    directory,
    url: pathToFileURL(directory).href,
    async push(files, { branch = 'main', links = {} } = {}) {
      await git(work, 'checkout', '--quiet', '--orphan', 'next')
      await git(work, 'rm', '-rfq', '--ignore-unmatch', '.')
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(work, name)), { recursive: true })
        await writeFile(join(work, name), text)
      }
      for (const [name, target] of Object.entries(links)) await symlink(target, join(work, name))
      await git(work, 'add', '--all')
      await git(work, 'commit', '--quiet', '--allow-empty', '--message=policies')
      const commit = await git(work, 'rev-parse', 'HEAD')
      await git(work, 'push', '--quiet', '--force', 'origin', `HEAD:refs/heads/${branch}`)
      await git(work, 'checkout', '--quiet', '--detach')
      await git(work, 'branch', '-D', '--quiet', 'next')
      return commit.trim()
    },
    hide: () => rename(directory, `${directory}.away`),
    show: () => rename(`${directory}.away`, directory),
    remove: () => rm(home, { recursive: true, force: true }),
  }
}

const AUTHOR = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.com',
}

async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', args, {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, ...AUTHOR },
  })
  return stdout
}
