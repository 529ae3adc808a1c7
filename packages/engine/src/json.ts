import type { JsonValue } from '@lockstitch/policy'

/** Why a value is not JSON, and where in it. */
export class NotJson {
  readonly got: string
  /** Put together on the way back, so that sound values cost nothing for it. */
  path = ''

  constructor(got: string) {
    this.got = got
  }
}

/**
 * A copy of a value that is JSON, or why it is not. Anything else would be read differently here and
 * by a Cerbos server, or not at all: a `Date` is no text, `undefined` is neither absent nor null. Every
 * part is read once: a getter cannot tell two conditions different things.
 */
export function copyJson(value: unknown): JsonValue | NotJson {
  return copy(value, undefined, false) as JsonValue | NotJson // There are no bigints in it.
}

/** The same for settings, which may have integers beside numbers, as bigints. */
export function copySettings(value: unknown): unknown {
  return copy(value, undefined, true)
}

/** The objects that an object is in. */
interface Inside {
  readonly object: object
  readonly outer: Inside | undefined
}

function copy(value: unknown, outer: Inside | undefined, integers: boolean): unknown {
  if (isScalar(value)) return value
  switch (typeof value) {
    case 'object':
      return copyObject(value as object, outer, integers) // Null is a scalar.
    case 'number':
      return new NotJson('a number that is not finite')
    case 'undefined':
      return new NotJson('`undefined`; leave the name out or use null')
    default:
      return integers && typeof value === 'bigint' ? value : new NotJson(`a ${typeof value}`)
  }
}

function isScalar(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value)
    default:
      return value === null
  }
}

function copyObject(value: object, outer: Inside | undefined, integers: boolean): unknown {
  let depth = 0
  for (let each = outer; each; each = each.outer) {
    if (each.object === value) return new NotJson('an object that contains itself')
    depth += 1
  }
  if (depth >= MAX_DEPTH) return new NotJson(`more than ${MAX_DEPTH} levels`)
  if (Array.isArray(value)) return copyArray(value, { object: value, outer }, integers)
  const foreign = foreignClass(value)
  if (foreign) return new NotJson(`an instance of ${foreign}; convert it first`)
  const copied: Record<string, unknown> = { ...value }
  return hasScalars(copied) ? copied : copyParts(copied, { object: value, outer }, integers)
}

/** Whether there is nothing else in it. Asked apart, it takes a third of the time. */
function hasScalars(copied: Readonly<Record<string, unknown>>): boolean {
  for (const key in copied) if (!isScalar(copied[key])) return false
  return true
}

function copyParts(
  copied: Record<string, unknown>,
  inside: Inside,
  integers: boolean,
): Readonly<Record<string, unknown>> | NotJson {
  for (const key in copied) {
    const part = copied[key]
    // What is inherited no condition can read.
    if (isScalar(part) || !Object.hasOwn(copied, key)) continue
    const inner = copy(part, inside, integers)
    if (inner instanceof NotJson) return within(`.${key}`, inner)
    copied[key] = inner
  }
  return copied
}

function copyArray(
  value: readonly unknown[],
  inside: Inside,
  integers: boolean,
): readonly unknown[] | NotJson {
  const copied = [...value]
  for (let index = 0; index < copied.length; index++) {
    if (isScalar(copied[index])) continue
    const inner = copy(copied[index], inside, integers)
    if (inner instanceof NotJson) return within(`[${index}]`, inner)
    copied[index] = inner
  }
  return copied
}

function within(place: string, problem: NotJson): NotJson {
  problem.path = place + problem.path
  return problem
}

/** The class of what is no object literal. A literal may come from another realm. */
function foreignClass(value: object): string | undefined {
  const prototype: { readonly constructor?: unknown } | null = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null || isOfOtherRealm(prototype))
    return undefined
  const made = prototype.constructor
  return typeof made === 'function' ? `\`${made.name}\`` : 'a class'
}

// Nothing may be inherited that a condition could read: only an object's own entries are recorded.
function isOfOtherRealm(prototype: object): boolean {
  return Object.hasOwn(prototype, 'isPrototypeOf') && Object.keys(prototype).length === 0
}

const MAX_DEPTH = 200
