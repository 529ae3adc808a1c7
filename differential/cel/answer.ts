import type { JsonValue } from '@lockstitch/cel'

/** What a case comes to, on either side. */
export interface CelAnswer {
  /** Of the expression as an output. */
  readonly value: Outcome
  /** Of the expression as the condition of a rule that allows. An error denies. */
  readonly condition: 'ALLOW' | 'DENY' | 'compile error'
}

/** What an expression comes to. */
export type Outcome =
  | { readonly kind: 'compile error'; readonly message: string }
  | { readonly kind: 'error'; readonly message: string }
  | {
      readonly kind: 'value'
      /** Absent where the value cannot be written as JSON. */
      readonly json?: JsonValue
      /** The types of the elements of a list, else of the value: `[int, double]`. */
      readonly types: string
    }

/** How two answers differ; `undefined` where they agree. */
export function answerDifference(ours: CelAnswer, theirs: CelAnswer): string | undefined {
  const ofValues = outcomeDifference(ours.value, theirs.value)
  if (ofValues !== undefined) return ofValues
  if (ours.condition === theirs.condition) return undefined
  return `condition: ${theirs.condition} in Cerbos, ${ours.condition} here`
}

function outcomeDifference(ours: Outcome, theirs: Outcome): string | undefined {
  if (ours.kind !== theirs.kind) return `${theirs.kind} in Cerbos, ${ours.kind} here`
  if (ours.kind !== 'value' || theirs.kind !== 'value') return undefined
  if (ours.types !== theirs.types) return 'another type'
  const [isOurs, isTheirs] = [ours.json !== undefined, theirs.json !== undefined]
  if (isOurs !== isTheirs) return isOurs ? 'JSON here only' : 'JSON in Cerbos only'
  return sameJson(ours.json, theirs.json) ? undefined : 'another value'
}

/** A line about an outcome. */
export function outcomeText(answer: Outcome): string {
  if (answer.kind !== 'value') return `${answer.kind}: ${answer.message}`
  const value =
    answer.json === undefined
      ? 'a value that is no JSON'
      : Object.is(answer.json, -0)
        ? '-0'
        : JSON.stringify(answer.json)
  return `${value} ${answer.types}`
}

function sameJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && sameList(a, b)
  }
  const [one, two] = [new Map(Object.entries(a)), new Map(Object.entries(b))]
  return (
    one.size === two.size &&
    [...one].every(([key, each]) => two.has(key) && sameJson(each, two.get(key)))
  )
}

function sameList(a: readonly JsonValue[], b: readonly JsonValue[]): boolean {
  return a.length === b.length && a.every((each, i) => sameJson(each, b[i]))
}
