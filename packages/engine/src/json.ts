/**
 * Says where a value is not JSON and why, or nothing if it is. Anything else would be read
 * differently here and by a Cerbos server, or not at all: a `Date` is no text, `undefined` is
 * neither absent nor null. Settings may have integers beside numbers, as bigints.
 */
export function findNotJson(
  value: unknown,
  { integers = false }: { readonly integers?: boolean } = {},
): { readonly path: string; readonly problem: string } | undefined {
  if (isJson(value, 0)) return undefined
  const found = find(value, [], integers)
  return found && { path: found.path, problem: `must be JSON, got ${found.got}` }
}

// Nearly every value is JSON: this only says so, and takes a third of the time of saying why not.
function isJson(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value)
    case 'object':
      return value === null || (depth < MAX_DEPTH && isJsonInside(value, depth + 1))
    default:
      return false
  }
}

function isJsonInside(value: object, depth: number): boolean {
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      if (!isJson(value[index], depth)) return false
    }
    return true
  }
  if (foreignClass(value)) return false
  // Inherited names are looked at too, in vain: without them `find` has the last word.
  for (const key in value) {
    if (!isJson((value as Record<string, unknown>)[key], depth)) return false
  }
  return true
}

/** The path is put together on the way back, so that sound values cost nothing for it. */
interface Problem {
  readonly path: string
  readonly got: string
}

function find(value: unknown, ancestors: object[], integers: boolean): Problem | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined
    case 'number':
      return Number.isFinite(value) ? undefined : { path: '', got: 'a number that is not finite' }
    case 'object':
      return value === null ? undefined : findInside(value, ancestors, integers)
    case 'undefined':
      return { path: '', got: '`undefined`; leave the name out or use null' }
    default:
      return integers && typeof value === 'bigint'
        ? undefined
        : { path: '', got: `a ${typeof value}` }
  }
}

function findInside(value: object, ancestors: object[], integers: boolean): Problem | undefined {
  if (ancestors.includes(value)) return { path: '', got: 'an object that contains itself' }
  if (ancestors.length >= MAX_DEPTH) return { path: '', got: `more than ${MAX_DEPTH} levels` }
  ancestors.push(value)
  const problem = Array.isArray(value)
    ? findInArray(value, ancestors, integers)
    : findInObject(value, ancestors, integers)
  ancestors.pop()
  return problem
}

function findInArray(
  value: readonly unknown[],
  ancestors: object[],
  integers: boolean,
): Problem | undefined {
  for (let index = 0; index < value.length; index++) {
    const problem = find(value[index], ancestors, integers)
    if (problem) return { path: `[${index}]${problem.path}`, got: problem.got }
  }
  return undefined
}

function findInObject(value: object, ancestors: object[], integers: boolean): Problem | undefined {
  const foreign = foreignClass(value)
  if (foreign) return { path: '', got: `an instance of ${foreign}; convert it first` }
  for (const key of Object.keys(value)) {
    const problem = find((value as Record<string, unknown>)[key], ancestors, integers) // its own key
    if (problem) return { path: `.${key}${problem.path}`, got: problem.got }
  }
  return undefined
}

/** The class of what is no object literal. A literal may come from another realm. */
function foreignClass(value: object): string | undefined {
  const prototype: { readonly constructor?: unknown } | null = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null || isOfOtherRealm(prototype))
    return undefined
  const made = prototype.constructor
  return typeof made === 'function' ? `\`${made.name}\`` : 'a class'
}

// Nothing may be inherited that a condition could read: only an object's own entries are validated and recorded.
function isOfOtherRealm(prototype: object): boolean {
  return Object.hasOwn(prototype, 'isPrototypeOf') && Object.keys(prototype).length === 0
}

const MAX_DEPTH = 200
