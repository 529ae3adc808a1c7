import type { Activation } from '../env.ts'
import { CelError } from '../errors.ts'
import type { Value } from '../values.ts'

// `object[name]` with a name out of a closure costs some 12 ns: V8 meets another name each time and
// has to look it up. `object.name` costs about one. So the paths that conditions of policies begin
// with are spelled out here; any other is read the general way and means the same.

/** Reads a value; `undefined` or `null` where it is not there. */
export type Read = (activation: Activation) => Value | undefined

interface Party {
  readonly attr?: Value
  readonly id?: Value
  readonly kind?: Value
  readonly roles?: Value
  readonly scope?: Value
}

interface Named {
  readonly P?: Party | null
  readonly R?: Party | null
  readonly V?: Value
  readonly C?: Value
  readonly G?: Value
  readonly variables?: Value
  readonly constants?: Value
  readonly globals?: Value
  readonly runtime?: Value
  readonly request?: {
    readonly principal?: (Party & Value) | null
    readonly resource?: (Party & Value) | null
  } | null
}

// biome-ignore format: a table
const READS: ReadonlyMap<string, (activation: Named) => Value | undefined> = new Map<string, (activation: Named) => Value | undefined>([
  ['P', (activation) => activation.P as Value | undefined],
  ['P.attr', (activation) => activation.P?.attr],
  ['P.id', (activation) => activation.P?.id],
  ['P.roles', (activation) => activation.P?.roles],
  ['P.scope', (activation) => activation.P?.scope],
  ['R', (activation) => activation.R as Value | undefined],
  ['R.attr', (activation) => activation.R?.attr],
  ['R.id', (activation) => activation.R?.id],
  ['R.kind', (activation) => activation.R?.kind],
  ['R.scope', (activation) => activation.R?.scope],
  ['V', (activation) => activation.V],
  ['C', (activation) => activation.C],
  ['G', (activation) => activation.G],
  ['variables', (activation) => activation.variables],
  ['constants', (activation) => activation.constants],
  ['globals', (activation) => activation.globals],
  ['runtime', (activation) => activation.runtime],
  ['request', (activation) => activation.request as Value | undefined],
  ['request.principal', (activation) => activation.request?.principal],
  ['request.principal.attr', (activation) => activation.request?.principal?.attr],
  ['request.principal.id', (activation) => activation.request?.principal?.id],
  ['request.principal.roles', (activation) => activation.request?.principal?.roles],
  ['request.resource', (activation) => activation.request?.resource],
  ['request.resource.attr', (activation) => activation.request?.resource?.attr],
  ['request.resource.id', (activation) => activation.request?.resource?.id],
  ['request.resource.kind', (activation) => activation.request?.resource?.kind],
])

/** Reads a variable. */
export function readVariable(name: string): Read {
  return namedRead(name) ?? ((activation) => activation[name] as Value | undefined)
}

/** Reads a property of what is read under a path. */
export function readProperty(path: string, read: Read, property: string): Read {
  return (
    namedRead(`${path}.${property}`) ??
    ((activation): Value | undefined => {
      const object = read(activation)
      if (typeof object !== 'object' || object === null || object instanceof CelError) return
      return (object as Readonly<Record<string, Value | undefined>>)[property]
    })
  )
}

function namedRead(path: string): Read | undefined {
  // An activation holds what its environment declares; where it does not, reading finds nothing.
  return READS.get(path) as Read | undefined
}
