import { type Expr, NOW } from '@lockstitch/cel'
import { freePaths } from '@lockstitch/cel/partial'

import { isObject } from '../validate-input.ts'
import { KeyWriter } from './key-writer.ts'
import type { PlanInput } from './plan-input.ts'

/** Beyond this all is forgotten. */
const MOST_KEPT = 10_000
/** Long lists of a principal's are hardly anybody else's, and not worth their space. */
const LONGEST_KEY = 1000

/**
 * What conditions came to, by the values that they read: those that read nothing of the principal come
 * to the same for everybody.
 */
export class ConditionMemo<Condition extends object, Result> {
  #kept = new WeakMap<Condition, Map<string, Result>>()
  #size = 0

  get(condition: Condition, key: string): Result | undefined {
    return this.#kept.get(condition)?.get(key)
  }

  set(condition: Condition, key: string, result: Result): void {
    if (this.#size >= MOST_KEPT) {
      this.#kept = new WeakMap()
      this.#size = 0
    }
    const results = this.#kept.get(condition) ?? new Map<string, Result>()
    this.#kept.set(condition, results)
    results.set(key, result)
    this.#size += 1
  }
}

/**
 * The values that a condition reads of a request, as text; `undefined` where it reads what is not to be
 * kept. Constants and globals are those of the policies and the settings.
 */
export function readsKey(expr: Expr, { principal, resource }: PlanInput): string | undefined {
  if (resource.attr !== undefined && Object.keys(resource.attr).length > 0) return undefined
  const writer = new KeyWriter()
  let key = ''
  for (const [written = '', ...rest] of freePaths(expr)) {
    const root = written.replace(/^\./, '')
    const own = PARTIES.get(root)
    const [party, ...names] = own === undefined ? rest : [own, ...rest]
    if (root !== 'request' && own === undefined) {
      if (OTHER_INPUT.has(root)) return undefined
      continue
    }
    let part: string | undefined
    if (party === 'principal') part = textAt(principal, names, writer)
    else if (party === 'resource') part = ofResource(resource, names)
    if (part === undefined) return undefined
    key += `${part};`
  }
  return key.length > LONGEST_KEY ? undefined : key
}

const PARTIES: ReadonlyMap<string, string> = new Map([
  ['P', 'principal'],
  ['R', 'resource'],
])

/** What else conditions read that requests differ in, or that differs from time to time. */
const OTHER_INPUT: ReadonlySet<string> = new Set([NOW, 'runtime', 'V', 'variables'])

/** Nothing is known of attributes and ids. */
function ofResource(
  { kind, scope, policyVersion }: PlanInput['resource'],
  [name]: readonly string[],
): string {
  return name === 'attr' || name === 'id' ? '' : JSON.stringify([kind, scope, policyVersion])
}

/**
 * A value below another; where there is none, how deep the names lead and what is there: a plan of
 * Cerbos's shows it.
 */
function textAt(whole: unknown, names: readonly string[], writer: KeyWriter): string | undefined {
  let value = whole
  for (const [depth, name] of names.entries()) {
    if (!isObject(value) || !Object.hasOwn(value, name)) {
      const text = writer.textOf(value)
      return text && `!${depth}${text}`
    }
    value = value[name]
  }
  return writer.textOf(value)
}
