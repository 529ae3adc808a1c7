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
  return copy(value, undefined, false, spread) as JsonValue | NotJson // There are no bigints in it.
}

/** The same for the attributes of a principal. */
export function copyPrincipalJson(value: unknown): JsonValue | NotJson {
  return copy(value, undefined, false, spreadPrincipal) as JsonValue | NotJson
}

/** The same for settings, which may have integers beside numbers, as bigints. */
export function copySettings(value: unknown): unknown {
  return copy(value, undefined, true, spread)
}

type Spread = (object: object) => Record<string, unknown>

// V8 keeps what it learns for each place in the source, and of a spread it learns four shapes of objects:
// with more it takes several times as long. Most principals have one, the others must not crowd it out.
const spreadPrincipal: Spread = (object) => ({ ...object })
const spread: Spread = (object) => ({ ...object })
const spreadInner: Spread = (object) => ({ ...object })

/** The objects that an object is in. */
interface Inside {
  readonly object: object
  readonly outer: Inside | undefined
}

function copy(
  value: unknown,
  outer: Inside | undefined,
  integers: boolean,
  spreadOf: Spread,
): unknown {
  if (isScalar(value)) return value
  switch (typeof value) {
    case 'object':
      return copyObject(value as object, outer, integers, spreadOf) // Null is a scalar.
    case 'number':
      return new NotJson('a number that is not finite')
    case 'undefined':
      return new NotJson('`undefined`; leave the name out or use null')
    default:
      return integers && typeof value === 'bigint' ? value : new NotJson(`a ${typeof value}`)
  }
}

// A switch over `typeof` would make the name of the type each time and compare texts.
function isScalar(value: unknown): boolean {
  return (
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    value === null ||
    Number.isFinite(value)
  )
}

function copyObject(
  value: object,
  outer: Inside | undefined,
  integers: boolean,
  spreadOf: Spread,
): unknown {
  let depth = 0
  for (let each = outer; each; each = each.outer) {
    if (each.object === value) return new NotJson('an object that contains itself')
    depth += 1
  }
  if (depth >= MAX_DEPTH) return new NotJson(`more than ${MAX_DEPTH} levels`)
  if (Array.isArray(value)) return copyArray(value, outer, integers)
  const foreign = foreignClass(value)
  if (foreign) return new NotJson(`an instance of ${foreign}; convert it first`)
  const copied = spreadOf(value)
  let inside: Inside | undefined
  for (const key in copied) {
    const part = copied[key]
    // What is inherited no condition can read. V8 knows this question in such a loop, not `Object.hasOwn`.
    if (isScalar(part) || !hasOwn.call(copied, key)) continue
    inside ??= { object: value, outer }
    const inner = copy(part, inside, integers, spreadInner)
    if (inner instanceof NotJson) return within(`.${key}`, inner)
    copied[key] = inner
  }
  return copied
}

const hasOwn = Object.prototype.hasOwnProperty

function copyArray(
  value: readonly unknown[],
  outer: Inside | undefined,
  integers: boolean,
): readonly unknown[] | NotJson {
  const copied = [...value]
  let inside: Inside | undefined
  for (let index = 0; index < copied.length; index++) {
    const part = copied[index]
    if (isScalar(part)) continue
    inside ??= { object: value, outer }
    const inner = copy(part, inside, integers, spreadInner)
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
