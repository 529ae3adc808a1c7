import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  INT,
  listType,
  mapType,
  NULL,
  opaqueType,
  optionalType,
  STRING,
  sameType,
  TIMESTAMP,
  UINT,
} from '@lockstitch/cel'

import type { Random } from '../random.ts'

const BASIC: readonly CelType[] = [INT, DOUBLE, STRING, BOOL, UINT]
const OTHER: readonly CelType[] = [TIMESTAMP, DURATION, BYTES, NULL]

/** Any type, the common ones more often. */
export function anyType(random: Random): CelType {
  const basic = random.pick(BASIC)
  const dice = random.below(100)
  if (dice < 65) return basic
  if (dice < 82) return listType(basic)
  if (dice < 88) return mapType(STRING, basic)
  if (dice < 90) return optionalType(basic)
  return random.pick(OTHER)
}

/** A type that keys of maps have. */
function keyType(random: Random): CelType {
  return random.pick([STRING, STRING, STRING, INT, BOOL, UINT])
}

/** What the type variables of a signature stand for. */
export type Bindings = Map<string, CelType>

/** Whether a declared type can be the wanted one; fills in the type variables if so. */
export function fits(declared: CelType, wanted: CelType, bindings: Bindings): boolean {
  switch (declared.kind) {
    case 'param': {
      const bound = bindings.get(declared.name)
      if (bound !== undefined) return sameType(bound, wanted)
      bindings.set(declared.name, wanted)
      return true
    }
    case 'list':
      return wanted.kind === 'list' && fits(declared.element, wanted.element, bindings)
    case 'map':
      return (
        wanted.kind === 'map' &&
        fits(declared.key, wanted.key, bindings) &&
        fits(declared.value, wanted.value, bindings)
      )
    case 'opaque':
      return (
        wanted.kind === 'opaque' &&
        wanted.name === declared.name &&
        declared.parameters.every((each, i) => fits(each, wanted.parameters[i] ?? each, bindings))
      )
    case 'type':
      return wanted.kind === 'type'
    default:
      return sameType(declared, wanted)
  }
}

/** The type with its variables replaced; free ones get any basic type, the same one each time. */
export function substitute(type: CelType, bindings: Bindings, random: Random): CelType {
  switch (type.kind) {
    case 'param': {
      const bound = bindings.get(type.name) ?? random.pick(BASIC)
      bindings.set(type.name, bound)
      return bound
    }
    case 'list':
      return listType(substitute(type.element, bindings, random))
    case 'map': {
      const { key } = type
      if (key.kind === 'param' && !bindings.has(key.name)) bindings.set(key.name, keyType(random))
      return mapType(substitute(key, bindings, random), substitute(type.value, bindings, random))
    }
    case 'opaque':
      return opaqueType(
        type.name,
        ...type.parameters.map((each) => substitute(each, bindings, random)),
      )
    default:
      return type
  }
}
