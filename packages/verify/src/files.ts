import type { SourceFile } from '@lockstitch/policy'

const SUITE = /_test\.(?:yaml|yml|json)$/i
const EXTENSION = /\.(?:yaml|yml|json)$/i
const EXTENSIONS = ['.yaml', '.yml', '.json']

/** The name of the directories that hold fixtures, in which no suites are looked for. */
export const FIXTURES_DIRECTORY = 'testdata'

/** Whether a path is that of a test suite. */
export function isSuitePath(path: string): boolean {
  return SUITE.test(path) && !directoriesOf(path).includes(FIXTURES_DIRECTORY)
}

/** Whether a path is that of a suite or of fixtures. */
export function isTestPath(path: string): boolean {
  return isSuitePath(path) || isFixturePath(path)
}

function isFixturePath(path: string): boolean {
  const parent = directoriesOf(path).at(-1)
  return parent === FIXTURES_DIRECTORY && EXTENSION.test(path)
}

/** The test suites among files, sorted by path. */
export function findTestSuites(files: readonly SourceFile[]): readonly SourceFile[] {
  return files
    .filter(({ path }) => isSuitePath(path))
    .sort((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)))
}

/** The directory of the fixtures that belong to a suite. */
export function fixturesDirectoryOf(suite: string): string {
  return [...directoriesOf(suite), FIXTURES_DIRECTORY].join('/')
}

/** Files by path, the extension in lower case. */
export function indexFiles(files: readonly SourceFile[]): ReadonlyMap<string, SourceFile> {
  return new Map(files.map((file) => [file.path.replace(EXTENSION, lowerCase), file]))
}

/** The file that a name without its extension means, among those of {@link indexFiles}. */
export function fileNamed(
  files: ReadonlyMap<string, SourceFile>,
  name: string,
): SourceFile | undefined {
  const found = EXTENSIONS.find((extension) => files.has(`${name}${extension}`))
  return found === undefined ? undefined : files.get(`${name}${found}`)
}

function lowerCase(text: string): string {
  return text.toLowerCase()
}

function directoriesOf(path: string): readonly string[] {
  return path.split('/').slice(0, -1)
}
