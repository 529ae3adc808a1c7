import { isSourcePath, type SourceFile } from '@lockstitch/policy'
import { requirePolicySize, sourceFileOf } from '@lockstitch/policy/node'

/** Runs a command of `git` in a repository. */
type InRepository = (args: readonly string[], input?: string) => Promise<Buffer>

interface Entry {
  readonly path: string
  readonly object: string
}

/**
 * Reads the policies and schemas of a tree of a commit, without ever having files of them: what is read
 * is that commit, whatever is pushed meanwhile. Links and submodules are not followed.
 */
export async function readTree(git: InRepository, tree: string): Promise<readonly SourceFile[]> {
  const entries = entriesOf(await git(['ls-tree', '-r', '-z', '-l', '--full-tree', tree]))
  if (entries.length === 0) return []
  const objects = entries.map(({ object }) => `${object}\n`).join('')
  const bytes = await git(['cat-file', '--batch'], objects)
  const files: SourceFile[] = []
  let at = 0
  for (const { path } of entries) {
    // `OBJECT blob SIZE`, a line feed, so many bytes, a line feed.
    const start = bytes.indexOf(10, at) + 1
    const size = Number(bytes.toString('latin1', at, start).split(' ')[2])
    files.push(sourceFileOf(path, bytes.subarray(start, start + size)))
    at = start + size + 1
  }
  return files
}

/** The lines of `git ls-tree`: `MODE TYPE OBJECT SIZE`, a tab, a path. */
function entriesOf(listing: Buffer): readonly Entry[] {
  const entries: Entry[] = []
  for (const line of listing.toString('utf8').split('\0')) {
    const tab = line.indexOf('\t')
    const [mode = '', , object = '', size] = line.slice(0, tab).split(/ +/)
    const path = line.slice(tab + 1)
    // A regular file; a link has 120000, a submodule 160000.
    if (!mode.startsWith('100') || !isSourcePath(path)) continue
    requirePolicySize(path, Number(size))
    entries.push({ path, object })
  }
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1))
}
