import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'

/** A folder of cases: `SUITE/CASE.json`, where a suite may be a path such as `server/checks`. */
export interface Corpus {
  readonly directory: string
  /** The suites that have cases here, sorted. */
  readonly suites: readonly string[]
  /** The cases of one suite, sorted by name. */
  cases(suite: string): readonly CaseFile[]
  /** The absolute path of a file that cases refer to. */
  fixture(path: string): string
}

/** A case as it lies on the disk. */
export interface CaseFile {
  readonly name: string
  readonly content: Readonly<Record<string, unknown>>
}

/** Folders beside the suites that hold no cases. */
const NO_SUITES = new Set(['fixtures'])

/** Opens a corpus, or returns `undefined` where there is none. */
export function openCorpus(path: string): Corpus | undefined {
  const directory = resolve(path)
  if (!existsSync(directory) || !statSync(directory).isDirectory()) return undefined
  const suites = suitesIn(directory, directory).sort()
  if (suites.length === 0) return undefined
  return {
    directory,
    suites,
    cases: (suite) => (suites.includes(suite) ? readCases(join(directory, suite)) : []),
    fixture: (name) => join(directory, 'fixtures', name),
  }
}

function suitesIn(root: string, directory: string): string[] {
  const entries = readdirSync(directory, { withFileTypes: true })
  const folders = entries.filter((each) => each.isDirectory() && !NO_SUITES.has(each.name))
  const inner = folders.flatMap((each) => suitesIn(root, join(directory, each.name)))
  const hasCases = directory !== root && entries.some((each) => each.name.endsWith('.json'))
  if (!hasCases) return inner
  return [relative(root, directory).split(sep).join('/'), ...inner]
}

function readCases(directory: string): readonly CaseFile[] {
  const files = readdirSync(directory).filter((name) => name.endsWith('.json'))
  return files.sort().map((file) => ({
    name: file.slice(0, -'.json'.length),
    content: JSON.parse(readFileSync(join(directory, file), 'utf8')),
  }))
}
