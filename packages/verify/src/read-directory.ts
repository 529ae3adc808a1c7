import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import type { SourceFile } from '@lockstitch/policy'

import { FIXTURES_DIRECTORY, isTestPath } from './files.ts'

/**
 * Reads the test suites of a directory and the fixtures beside them. Unlike policies, they may lie
 * in hidden directories too; links to directories are not followed. Rejects with the error of the
 * file system where a file or directory cannot be read.
 */
export async function readTestFiles(directory: string): Promise<readonly SourceFile[]> {
  // Who runs tests waits for them: nothing else has to go on meanwhile, and this is faster.
  return testPaths(directory, '')
    .sort()
    .map((path) => ({ path, text: readFileSync(join(directory, path), 'utf8') }))
}

function testPaths(root: string, directory: string): string[] {
  return readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(directory, entry.name)
    if (!entry.isDirectory()) return isTestPath(path) ? [path] : []
    return posix.basename(directory) === FIXTURES_DIRECTORY ? [] : testPaths(root, path)
  })
}
