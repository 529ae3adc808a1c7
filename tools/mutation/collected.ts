// `test` and `describe` as far as the tests of the mutants use them: they collect, so that the same tests can
// be run again and again. `expect` is Vitest's.
export { expect } from 'vitest'

export interface CollectedTest {
  readonly id: string
  readonly name: string
  readonly run: () => unknown
}

type Table = readonly unknown[]
type Body = (...args: unknown[]) => unknown
type Declare = (name: string, body: Body, timeout?: number) => void

let file = ''
let titles: readonly string[] = []
let collected: CollectedTest[] = []

/** The tests that a file declares. */
export async function testsOf(
  path: string,
  load: () => Promise<unknown>,
): Promise<readonly CollectedTest[]> {
  file = path
  collected = []
  await load()
  return collected
}

const declareTest: Declare = (title, body) => {
  const name = [...titles, title].join(' ')
  // The number tells those of a table apart.
  collected.push({ id: `${file}#${name} (${collected.length})`, name, run: () => body() })
}

const declareGroup: Declare = (title, body) => {
  const outer = titles
  titles = [...outer, title]
  body()
  titles = outer
}

const skip: Declare = () => undefined

function withTables(declare: Declare) {
  const each =
    (table: Table) =>
    (title: string, body: Body): void => {
      for (const row of table) {
        const args = Array.isArray(row) ? row : [row]
        declare(titleOf(title, args), () => body(...args))
      }
    }
  return Object.assign(declare, { each, skipIf: (off: boolean) => (off ? skip : declare) })
}

/** What a title names of its row. */
function titleOf(title: string, args: readonly unknown[]): string {
  const [first] = args
  return title
    .replaceAll('%s', () => String(first))
    .replaceAll(/\$(\w+)/g, (_whole, key: string) =>
      typeof first === 'object' && first !== null ? String(Reflect.get(first, key)) : key,
    )
}

export const test = withTables(declareTest)
export const describe = withTables(declareGroup)

/** Nothing of what needs it is run here. */
export const beforeAll: () => void = () => undefined
export const afterAll: () => void = () => undefined
