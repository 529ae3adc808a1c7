/** A method of one of the SDK's clients, by the path that leads to it: `magicLinks.email.invite`. */
export interface SdkMethod {
  readonly client: 'B2BClient' | 'Client'
  readonly path: string
}

/** An object of the SDK and how it was reached. */
interface Place {
  readonly path: readonly string[]
  readonly object: object
}

/** The methods of a client, found by looking at it: no list that could fall behind the SDK. */
export function methodsOf(client: SdkMethod['client'], instance: object): readonly SdkMethod[] {
  return places(instance).flatMap(({ path, object }) =>
    methodNames(object).map((name) => ({ client, path: [...path, name].join('.') })),
  )
}

/**
 * Every part of a client, the nearest first. A class that was reached already is not looked at again:
 * farther in, clients keep copies for themselves, such as the one behind local checks.
 */
function places(instance: object): readonly Place[] {
  const found: Place[] = [{ path: [], object: instance }]
  const classes = new Set<unknown>([prototypeOf(instance)])
  for (const { path, object } of found)
    for (const [name, part] of Object.entries(object)) {
      if (!isPart(part) || classes.has(prototypeOf(part))) continue
      classes.add(prototypeOf(part))
      found.push({ path: [...path, name], object: part })
    }
  return found
}

function methodNames(object: object): readonly string[] {
  return Object.getOwnPropertyNames(prototypeOf(object)).filter(
    (name) =>
      name !== 'constructor' &&
      typeof (object as Readonly<Record<string, unknown>>)[name] === 'function',
  )
}

/** Parts are instances of the SDK's classes; settings, caches and functions are not. */
function isPart(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = prototypeOf(value)
  return prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null
}

function prototypeOf(object: object): object {
  return Object.getPrototypeOf(object) as object
}
