import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { CERBOS_ENVIRONMENT, findCerbos } from '../../../differential/cerbos/binary.ts'
import { runCommand } from './command-line.ts'

const CORPUS = new URL('../../../../shared/conformance', import.meta.url).pathname
const FIXTURES = new URL('fixtures', import.meta.url).pathname
const cerbos = findCerbos()

/** The folder of policies of a case, by name; `files` is where a case keeps its texts. */
interface Folder {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
}

function foldersOf(suite: string): readonly Folder[] {
  const directory = join(CORPUS, suite)
  if (!existsSync(directory)) return []
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const content = JSON.parse(readFileSync(join(directory, name), 'utf8'))
      return { name: `${suite}/${name}`, files: content.files ?? content.testCase.files ?? {} }
    })
}

const stores = [
  'store',
  'verify_junit_store',
  'query_planner_policies',
  'strict_evaluation_policies',
]
  .map((name) => join(CORPUS, 'fixtures', name))
  .filter((folder) => existsSync(folder))
const folders = ['compile', 'index'].flatMap(foldersOf)
const suites = ['verify', 'verify_junit'].flatMap(foldersOf)

let home = ''
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'lockstitch-beside-'))
})
afterAll(() => rmSync(home, { recursive: true }))

function write({ name, files }: Folder): string {
  const folder = join(home, name.replace('/', '-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  mkdirSync(folder, { recursive: true })
  return folder
}

/** What the real Cerbos ends with and prints. */
async function askCerbos(args: readonly string[]): Promise<{ code: number; json: unknown }> {
  if ('missing' in cerbos) throw new Error(cerbos.missing)
  const options = { env: CERBOS_ENVIRONMENT, maxBuffer: 1 << 28 }
  return await new Promise((resolve) => {
    execFile(cerbos.path, args, options, (error, stdout) => {
      const code = error === null ? 0 : Number(error.code)
      resolve({ code, json: stdout.trim() === '' ? {} : JSON.parse(stdout) })
    })
  })
}

async function expectTheSame(args: readonly string[]): Promise<void> {
  const [theirs, ours] = await Promise.all([askCerbos(args), runCommand(args)])
  const json = ours.stdout.trim() === '' ? {} : JSON.parse(ours.stdout)
  expect({ code: ours.code, json: comparable(json) }).toEqual({
    code: theirs.code,
    json: comparable(theirs.json),
  })
}

/**
 * Excerpts are for people, the order of errors is nobody's promise, and what the parsers of YAML and
 * of CEL that Cerbos uses call a mistake is not Cerbos's.
 */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(comparable).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]) => {
      if (name === 'context') return []
      if (name === 'description' && isForeign(field)) return [[name, '(foreign)']]
      return [[name, comparable(field)]]
    }),
  )
}

function isForeign(description: unknown): boolean {
  return typeof description === 'string' && /^Invalid expression `.*`: \[/s.test(description)
}

describe.skipIf('missing' in cerbos)('the same exit code and JSON as the real Cerbos', () => {
  test.each(['documents', 'failing', 'broken', 'cyclic', 'unknown-principal'])(
    '%s',
    async (name) => {
      await expectTheSame(['compile', '--output=json', join(FIXTURES, name)])
    },
  )

  describe.skipIf(folders.length === 0)(`policies of the corpus${withoutCorpus(folders)}`, () => {
    test.each(folders)('$name', async (folder) => {
      await expectTheSame(['compile', '--ignore-schemas', '--output=json', write(folder)])
    })

    test.each(stores)('%s', async (folder) => {
      await expectTheSame(['compile', '--ignore-schemas', '--output=json', folder])
    })
  })

  describe.skipIf(suites.length === 0)(`tests of the corpus${withoutCorpus(suites)}`, () => {
    test.each(suites)('$name', async (folder) => {
      const store = join(CORPUS, 'fixtures/store')
      const tests = write(folder)
      await expectTheSame([
        'compile',
        '--ignore-schemas',
        '--output=json',
        `--tests=${tests}`,
        store,
      ])
    })
  })
})

function withoutCorpus(found: readonly unknown[]): string {
  return found.length === 0 ? ' (skipped: there is no conformance corpus beside the project)' : ''
}
