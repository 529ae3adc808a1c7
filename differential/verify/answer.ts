import type { Json, JsonObject } from './verify-case.ts'

/** What a run came to. */
export interface VerifyAnswer {
  readonly exitCode: number
  /** The suites as JSON in which nothing is left to chance. */
  readonly suites: Json
}

/** The answer that plain results are. The exit code of tests follows from their summaries. */
export function answerFrom(suites: readonly Json[]): VerifyAnswer {
  const results = suites.map((suite) => String(at(at(suite, 'summary'), 'overallResult')))
  const isBad = results.some((result) => result === 'RESULT_FAILED' || result === 'RESULT_ERRORED')
  return { exitCode: isBad ? 4 : 0, suites: suites.map((suite) => withoutChance(suite, '')) }
}

/** In what two answers differ, as the path of the first difference; `undefined` where they agree. */
export function answerDifference(ours: VerifyAnswer, theirs: VerifyAnswer): string | undefined {
  if (ours.exitCode !== theirs.exitCode) return 'exit code'
  return firstDifference(ours.suites, theirs.suites, 'suites')
}

/** Whether something is allowed, and whether something is an error. */
export function hasAllow({ suites }: VerifyAnswer): boolean {
  return /"(?:effect|actual)":"EFFECT_ALLOW"/.test(JSON.stringify(suites))
}

export function hasError({ suites }: VerifyAnswer): boolean {
  return /"error":/.test(JSON.stringify(suites))
}

/** The order of findings in one place or without one, and of outputs, is left to chance by Cerbos. */
function withoutChance(value: Json, name: string): Json {
  if (name === 'error' && typeof value === 'string') {
    const [first = '', ...lines] = value.split('\n')
    const placeOf = (line: string): string => /^\d+:\d+ /.exec(line)?.[0] ?? ''
    const places = [...new Set(lines.map(placeOf))]
    const sorted = places.flatMap((place) => lines.filter((line) => placeOf(line) === place).sort())
    return [first, ...sorted].join('\n')
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => withoutChance(item, ''))
    if (name !== 'outputs') return items
    return items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  }
  if (typeof value !== 'object' || value === null) return value
  const names = Object.keys(value).sort()
  return Object.fromEntries(names.map((key) => [key, withoutChance(value[key] ?? null, key)]))
}

function firstDifference(ours: Json, theirs: Json, path: string): string | undefined {
  if (Object.is(ours, theirs)) return undefined
  const isPlain = (value: Json): value is Json[] | JsonObject =>
    typeof value === 'object' && value !== null
  if (!isPlain(ours) || !isPlain(theirs) || Array.isArray(ours) !== Array.isArray(theirs))
    return path
  for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const [a, b] = [at(ours, key), at(theirs, key)]
    const inner = Array.isArray(ours) ? path : `${path}.${key}`
    if (a === undefined || b === undefined) return inner
    const found = firstDifference(a, b, inner)
    if (found !== undefined) return found
  }
  return undefined
}

function at(value: Json | undefined, key: string): Json | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.hasOwn(value, key) ? (value as JsonObject)[key] : undefined // Of a list by its index.
}
