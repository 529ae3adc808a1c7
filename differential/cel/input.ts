import type { CelType } from '@lockstitch/cel'

import type { Random } from '../random.ts'

/** JSON data. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

/** A request, as far as expressions see it. */
export interface CelInput {
  readonly principal: Attributes
  readonly resource: Attributes
  /** Claims of a token; without any there is no token. */
  readonly claims: Attributes
}

type Attributes = Readonly<Record<string, Json>>

/** What part of the request an attribute belongs to. */
export type Part = keyof CelInput

/** Collects attributes while an expression is made that reads them. */
export interface InputBuilder {
  /** An attribute, which now has this value unless it had another before. */
  set(part: Part, key: string, value: Json): void
  build(): CelInput
}

export function inputBuilder(): InputBuilder {
  const parts = {
    principal: new Map<string, Json>(),
    resource: new Map<string, Json>(),
    claims: new Map<string, Json>(),
  }
  return {
    set(part, key, value) {
      // Cerbos drops a claim that is null when it reads the token.
      if (part === 'claims' && value === null) return
      if (!parts[part].has(key)) parts[part].set(key, value)
    },
    build: () => ({
      principal: Object.fromEntries(parts.principal),
      resource: Object.fromEntries(parts.resource),
      claims: Object.fromEntries(parts.claims),
    }),
  }
}

/** Names of attributes, some of which JavaScript has plans of its own for. */
// biome-ignore format: a table
export const KEYS: readonly string[] = [
  'owner', 'name', 'tags', 'level', 'x', 'y', 'z', 'dept', 'active', 'created', 'constructor', '__proto__', 'toString', 'a-b', 'é', 'size', 'length', 'a b', 'in_', 'value', 'hasOwnProperty', 'n1', 'n2', 'n3',
]

// biome-ignore format: tables
const STRINGS: readonly string[] = [
  '', 'a', 'b', 'abc', 'Abc', 'hello world', 'é', 'e\u0301', '😀', 'a😀b', '\uFFFF', '1', '-1', '1.5', 'true', '1h', '2024-02-29T12:34:56Z', '2021-04-22T10:05:20.021-05:00', '192.168.0.5', '10.0.0.0/8', 'a.b.c',
  'spiffe://cerbos.dev/ns/a', '/path/to/file.txt', 'x,y,z', '__proto__', 'user', 'UTC', '^a', ' padded ', '日本語', 'abcabc',
]
const COMMON_STRINGS: readonly string[] = ['a', 'A', 'ab', 'abc', 'ABC', '', '😀', 'a😀b', '\uFFFF']
const COMMON_NUMBERS: readonly number[] = [0, 1, 2, 3, -1, 1.5]
const NUMBERS: readonly number[] = [
  0,
  1,
  2,
  3,
  5,
  10,
  -1,
  -2,
  1.5,
  2.5,
  -0.5,
  0.1,
  42,
  100,
  1e21,
  1e-7,
  1e308,
  5e-324,
  2147483648,
  9007199254740991,
  9007199254740992,
  -9007199254740992,
  2 ** 63,
  2 ** 64,
  1700000000,
]

/** A value that JSON has, of a type if JSON can have one of it. */
export function jsonOf(type: CelType, random: Random, depth = 2): Json {
  switch (type.kind) {
    case 'string':
      return random.pick(random.chance(0.5) ? COMMON_STRINGS : STRINGS)
    case 'double':
    case 'int':
    case 'uint':
      return random.pick(random.chance(0.5) ? COMMON_NUMBERS : NUMBERS)
    case 'bool':
      return random.chance(0.5)
    case 'null':
      return null
    case 'list':
      return Array.from({ length: random.below(4) }, () => jsonOf(type.element, random, depth - 1))
    case 'map': {
      const keys = Array.from({ length: random.below(3) }, () =>
        random.pick(['a', 'b', 'x', '__proto__', 'é']),
      )
      return Object.fromEntries(keys.map((key) => [key, jsonOf(type.value, random, depth - 1)]))
    }
    default:
      return anyJson(random, depth)
  }
}

/** Any value that JSON has. */
export function anyJson(random: Random, depth: number): Json {
  const kind = random.below(depth > 0 ? 8 : 6)
  if (kind <= 1) return random.pick(STRINGS)
  if (kind <= 3) return random.pick(NUMBERS)
  if (kind === 4) return random.chance(0.5)
  if (kind === 5) return null
  const length = random.below(4)
  if (kind === 6) return Array.from({ length }, () => anyJson(random, depth - 1))
  const entries = Array.from(
    { length },
    () => [random.pick(['a', 'b', 'x', 'é']), anyJson(random, depth - 1)] as const,
  )
  return Object.fromEntries(entries)
}
