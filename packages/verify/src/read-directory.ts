import { readdir, readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import type { SourceFile } from '@lockstitch/policy'

import { FIXTURES_DIRECTORY, isTestPath } from './files.ts'

/**
 * Reads the test suites of a directory and the fixtures beside them. Unlike policies, they may lie
 * in hidden directories too; links to directories are not followed. Rejects with the error of the
 * file system where a file or directory cannot be read.
 */
export async function readTestFiles(directory: string): Promise<readonly SourceFile[]> {
  const paths = await testPaths(directory, '')
  return Promise.all(
    paths
      .sort()
      .map(async (path) => ({ path, text: await readFile(join(directory, path), 'utf8') })),
  )
}

async function testPaths(root: string, directory: string): Promise<string[]> {
  const entries = await readdir(join(root, directory), { withFileTypes: true })
  const nested = entries.map(async (entry): Promise<string[]> => {
    const path = posix.join(directory, entry.name)
    if (entry.isDirectory()) {
      return posix.basename(directory) === FIXTURES_DIRECTORY ? [] : testPaths(root, path)
    }
    return isTestPath(path) ? [path] : []
  })
  return (await Promise.all(nested)).flat()
}
