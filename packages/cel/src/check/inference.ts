import {
  type CelType,
  DYN,
  everyPart,
  listType,
  mapType,
  opaqueType,
  partsOf,
  sameName,
  sameType,
  typeParam,
} from '../types.ts'

/** The type of what does not check. It fits everywhere, so that one mistake is told once. */
export const ERROR: CelType = opaqueType('!error!')

// Types can grow exponentially with the text: `{a: a}` of an `a` that is such a map itself. No
// policy comes near these limits.
const MAX_STEPS = 1_000_000
const MAX_TYPE_SIZE = 1000

/** Thrown where the types of an expression take too long to work out. */
export class TypesTooComplex extends Error {
  override readonly name = 'TypesTooComplex'
}

/**
 * Type variables and what they stand for so far. Each assignment is remembered, so that a
 * signature that turns out not to fit leaves nothing behind.
 */
export class Inference {
  readonly #bound = new Map<string, CelType>()
  readonly #trail: { readonly name: string; readonly previous: CelType | undefined }[] = []
  #count = 0
  #steps = 0

  /** A type variable that stands for nothing yet. */
  fresh(): CelType {
    const variable = typeParam(`_var${this.#count}`)
    this.#count += 1
    return variable
  }

  /** Whether `from` fits where `to` is expected; binds type variables if so. */
  assign(from: CelType, to: CelType): boolean {
    const mark = this.#trail.length
    if (this.#fits(from, to)) return true
    this.#undo(mark)
    return false
  }

  /** The same for argument lists, all or nothing. */
  assignAll(from: readonly CelType[], to: readonly CelType[]): boolean {
    const mark = this.#trail.length
    if (this.#allFit(from, to)) return true
    this.#undo(mark)
    return false
  }

  /** The type of a literal's elements so far and one more. */
  join(previous: CelType, current: CelType): CelType {
    if (this.assign(previous, current)) return moreGeneral(previous, current)
    if (this.assign(current, previous)) return moreGeneral(current, previous)
    return DYN
  }

  /** The type with bound variables replaced, unbound ones kept. */
  resolve(type: CelType): CelType {
    return this.#replaced(type)
  }

  /** The type with bound variables replaced, unbound ones by `dyn`. */
  finish(type: CelType): CelType {
    return this.#replaced(type, DYN)
  }

  #replaced(type: CelType, unbound?: CelType): CelType {
    if (isAtomic(type)) return type
    return replaceParams(type, (param) => {
      this.#step()
      const bound = this.#bound.get(param.name)
      return bound === undefined ? (unbound ?? param) : this.#replaced(bound, unbound)
    })
  }

  /** The type, if it is of a size to work with. */
  bounded(type: CelType): CelType {
    if (isAtomic(type) || sizeUpTo(type, MAX_TYPE_SIZE) <= MAX_TYPE_SIZE) return type
    throw new TypesTooComplex()
  }

  #step(): void {
    this.#steps += 1
    if (this.#steps > MAX_STEPS) throw new TypesTooComplex()
  }

  #undo(mark: number): void {
    while (this.#trail.length > mark) {
      const entry = this.#trail.pop()
      if (entry === undefined) return
      if (entry.previous === undefined) this.#bound.delete(entry.name)
      else this.#bound.set(entry.name, entry.previous)
    }
  }

  #bind(variable: Param, type: CelType): void {
    this.#trail.push({ name: variable.name, previous: this.#bound.get(variable.name) })
    this.#bound.set(variable.name, type)
  }

  #allFit(from: readonly CelType[], to: readonly CelType[]): boolean {
    if (from.length !== to.length) return false
    return from.every((type, i) => this.#fits(type, to[i] ?? ERROR))
  }

  #fits(from: CelType, to: CelType): boolean {
    this.#step()
    if (to.kind === 'param') {
      const outcome = this.#standFor(to, from)
      if (outcome !== 'circular') return outcome === 'fits'
    }
    if (from.kind === 'param') return this.#standFor(from, to) === 'fits'
    if (isDynOrError(from) || isDynOrError(to)) return true
    if (from.kind === 'null') return isNullable(to)
    if (to.kind === 'null') return isNullable(from)
    return this.#sameShape(unwrapped(from), unwrapped(to))
  }

  #sameShape(from: CelType, to: CelType): boolean {
    // The type of any value compares with any other: `type(1) == string`.
    if (from.kind === 'type') return to.kind === 'type'
    if (isAtomic(from)) return sameType(from, to)
    return sameName(from, to) && everyPart(from, to, (part, other) => this.#fits(part, other))
  }

  /** Lets a type variable stand for a type, or for the more general of it and its former one. */
  #standFor(variable: Param, type: CelType): 'fits' | 'conflicts' | 'circular' {
    if (sameType(variable, type)) return 'fits'
    const bound = this.#bound.get(variable.name)
    if (bound === undefined) {
      if (this.#occurs(variable, type)) return 'circular'
      this.#bind(variable, type)
      return 'fits'
    }
    if (sameType(unwrapped(type), unwrapped(bound))) return 'fits'
    if (!this.#fits(type, bound)) return 'conflicts'
    const general = moreGeneral(type, bound)
    if (!this.#occurs(variable, general)) this.#bind(variable, general)
    return 'fits'
  }

  /** Whether a variable is part of a type, directly or through what others stand for. */
  #occurs(variable: Param, type: CelType): boolean {
    this.#step()
    if (type.kind !== 'param') return partsOf(type).some((part) => this.#occurs(variable, part))
    if (type.name === variable.name) return true
    const bound = this.#bound.get(type.name)
    return bound !== undefined && this.#occurs(variable, bound)
  }
}

type Param = Extract<CelType, { kind: 'param' }>

/** A type with its type parameters replaced; the same object where it has none. */
export function replaceParams(type: CelType, replace: (param: Param) => CelType): CelType {
  switch (type.kind) {
    case 'param':
      return replace(type)
    case 'list': {
      const element = replaceParams(type.element, replace)
      return element === type.element ? type : listType(element)
    }
    case 'map': {
      const key = replaceParams(type.key, replace)
      const value = replaceParams(type.value, replace)
      return key === type.key && value === type.value ? type : mapType(key, value)
    }
    case 'opaque':
      if (type.parameters.length === 0) return type
      return opaqueType(type.name, ...type.parameters.map((part) => replaceParams(part, replace)))
    case 'type': {
      if (type.of === undefined) return type
      return { kind: 'type', of: replaceParams(type.of, replace) }
    }
    default:
      return type
  }
}

/** How many parts a type has; counts no further than `limit`. */
function sizeUpTo(type: CelType, limit: number): number {
  let size = 1
  for (const part of partsOf(type)) {
    if (size > limit) return size
    size += sizeUpTo(part, limit - size)
  }
  return size
}

/**
 * Of two types that fit each other, the one that says less. As in cel-go, a type and `null` make
 * whichever comes second, so a literal such as `[now(), null]` is a `list(null)`.
 */
function moreGeneral(a: CelType, b: CelType): CelType {
  return saysNoMore(unwrapped(a), unwrapped(b)) ? a : b
}

function saysNoMore(a: CelType, b: CelType): boolean {
  if (a.kind === 'dyn' || a.kind === 'param') return true
  if (b.kind === 'dyn' || b.kind === 'param') return false
  if (a.kind === 'type') return b.kind === 'type'
  return isAtomic(a) ? sameType(a, b) : sameName(a, b) && everyPart(a, b, saysNoMore)
}

/** Whether a type is neither a type variable nor made of other types. Most are, so this comes first. */
export function isAtomic({ kind }: CelType): boolean {
  return (
    kind !== 'param' && kind !== 'list' && kind !== 'map' && kind !== 'opaque' && kind !== 'type'
  )
}

/** Whether nothing is known of a value of this type. */
export function isDynOrError(type: CelType): boolean {
  return type.kind === 'dyn' || type === ERROR
}

/** The type itself for `wrapper(int)`, of which `null` is a value too. */
export function unwrapped(type: CelType): CelType {
  return type.kind === 'opaque' && type.name === 'wrapper' ? (type.parameters[0] ?? type) : type
}

/** Whether a type can be compared with `null`. */
function isNullable({ kind }: CelType): boolean {
  return /^(?:null|opaque|message|openStruct|timestamp|duration)$/.test(kind)
}

/** The type inside `optional_type(…)`, if it is one. */
export function optionalValue(type: CelType): CelType | undefined {
  return type.kind === 'opaque' && type.name === 'optional_type' ? type.parameters[0] : undefined
}
