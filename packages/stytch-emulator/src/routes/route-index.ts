/** What is asked for by a method and a path, with `:name` for the path's parameters. */
export interface Route {
  readonly method: string
  readonly path: string
}

/** The parameters of a path by their names, decoded. */
export type PathParameters = Readonly<Record<string, string>>

interface Pattern<Row> {
  readonly row: Row
  readonly segments: readonly string[]
}

/**
 * Finds rows of a table by what is asked for. The server has one route of its own for all of them: one
 * for each would take most of the time of a start.
 */
export class RouteIndex<Row extends Route> {
  /** By method and path. */
  readonly #plain = new Map<string, Row>()
  /** By method and number of segments; one with a name comes before one with a parameter there. */
  readonly #patterns = new Map<string, Pattern<Row>[]>()

  constructor(rows: readonly Row[]) {
    for (const row of rows) {
      const segments = row.path.split('/')
      if (!segments.some(isParameter)) this.#plain.set(`${row.method} ${row.path}`, row)
      else this.#listOf(row.method, segments).push({ row, segments })
    }
    for (const list of this.#patterns.values()) list.sort(byNames)
  }

  find(
    method: string,
    path: string,
  ): { readonly row: Row; readonly params: PathParameters } | undefined {
    const plain = this.#plain.get(`${method} ${path}`)
    if (plain !== undefined) return { row: plain, params: {} }
    const asked = path.split('/')
    for (const { row, segments } of this.#patterns.get(`${method} ${asked.length}`) ?? []) {
      const isFound = segments.every((name, i) => isParameter(name) || name === asked[i])
      if (isFound) return { row, params: parametersOf(segments, asked) }
    }
    return undefined
  }

  #listOf(method: string, { length }: readonly string[]): Pattern<Row>[] {
    const key = `${method} ${length}`
    const list = this.#patterns.get(key) ?? []
    this.#patterns.set(key, list)
    return list
  }
}

function isParameter(segment: string): boolean {
  return segment.startsWith(':')
}

function byNames<Row>(one: Pattern<Row>, other: Pattern<Row>): number {
  const at = one.segments.findIndex(
    (name, i) => isParameter(name) !== isParameter(other.segments[i] ?? ''),
  )
  if (at < 0) return 0
  return isParameter(one.segments[at] ?? '') ? 1 : -1
}

function parametersOf(segments: readonly string[], asked: readonly string[]): PathParameters {
  const names = segments.map((name, i) => [name, asked[i] ?? ''] as const)
  return Object.fromEntries(
    names
      .filter(([name]) => isParameter(name))
      .map(([name, value]) => [name.slice(1), decodeURIComponent(value)]),
  )
}
