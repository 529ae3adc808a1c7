import type { HttpAnswer } from './started.ts'

/** Those of some assertions in Hurl's words that do not hold. @see https://hurl.dev/docs/asserting-response.html */
export function brokenAssertions(
  assertions: readonly string[],
  answer: HttpAnswer,
): readonly string[] {
  return assertions.filter((assertion) => !holds(assertion, answer))
}

function holds(assertion: string, { headers, text, body }: HttpAnswer): boolean {
  const [, contained] = /^body contains (".*")$/.exec(assertion) ?? []
  if (contained !== undefined) return text.includes(String(JSON.parse(contained)))
  const [, header, value] = /^header (".*?") == (".*")$/.exec(assertion) ?? []
  if (header !== undefined && value !== undefined) {
    return headers.get(String(JSON.parse(header))) === JSON.parse(value)
  }
  const [, path, predicate = ''] = /^jsonpath ("(?:[^"\\]|\\.)*") (.*)$/.exec(assertion) ?? []
  if (path === undefined) throw new Error(`not a known assertion: ${assertion}`)
  return predicateHolds(predicate, select(body, String(JSON.parse(path))))
}

/** What a path leads to, and whether it may lead to several places. */
interface Selected {
  readonly values: readonly unknown[]
  readonly many: boolean
}

function predicateHolds(predicate: string, { values, many }: Selected): boolean {
  const [, count] = /^count == (\d+)$/.exec(predicate) ?? []
  const [first] = values
  if (count !== undefined) {
    const items = !many && Array.isArray(first) ? first : values
    return items.length === Number(count)
  }
  const [, index, nth] = /^nth (\d+) == (.*)$/.exec(predicate) ?? []
  if (index !== undefined && nth !== undefined) return same(values[Number(index)], nth)
  if (predicate === 'exists') return values.length > 0
  const [, sign, wanted] = /^(==|!=) (.*)$/.exec(predicate) ?? []
  if (wanted === undefined) throw new Error(`not a known predicate: ${predicate}`)
  const value = many && values.length > 1 ? values : (first ?? null)
  return same(value, wanted) === (sign === '==')
}

function same(value: unknown, wanted: string): boolean {
  return JSON.stringify(value) === JSON.stringify(JSON.parse(wanted))
}

// A name, a name in brackets, an index, all items, or the items with a certain property.
const STEP = /\.([A-Za-z_]\w*)|\['([^']*)'\]|\[(\d+)\]|(\[\*\])|\[\?\(@\.(\w+) == '([^']*)'\)\]/y

function select(body: unknown, path: string): Selected {
  let values: readonly unknown[] = [body]
  let many = false
  STEP.lastIndex = 1
  while (STEP.lastIndex < path.length) {
    const step = STEP.exec(path)
    if (step === null) throw new Error(`not a known path: ${path}`)
    const [, dotted, quoted, index, all, property, wanted] = step
    const name = dotted ?? quoted ?? index
    if (name !== undefined) values = values.flatMap((each) => own(each, name))
    else {
      many = true
      values = values.flatMap((each) =>
        typeof each === 'object' && each !== null ? Object.values(each) : [],
      )
      if (all === undefined) {
        values = values.filter((each) => own(each, property ?? '')[0] === wanted)
      }
    }
  }
  return { values, many }
}

function own(value: unknown, name: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return []
  return [(value as Readonly<Record<string, unknown>>)[name]]
}
