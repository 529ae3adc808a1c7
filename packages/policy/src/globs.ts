import { limited, type Matcher, type Matches } from './glob-matchers.ts'
import { bytesOf, parseGlob } from './glob-syntax.ts'

export type { Matches } from './glob-matchers.ts'

export const matchesAll: Matches = () => true

/**
 * Compiles a wildcard pattern: `*` is any run without `:`, `**` any run, `?` one character but `:`,
 * `[abc] [a-z] [!x]` sets, `{a,b}` alternatives, `\` escapes. It matches what it matches in Cerbos,
 * also where that is a surprise. `undefined` when it is not valid, or not usable.
 *
 * What it answers fails with an error for a text that would take too long.
 *
 * @see https://docs.cerbos.dev/cerbos/latest/policies/resource_policies
 */
export function compileGlob(pattern: string): Matches | undefined {
  if (pattern === '*') return matchesAll
  const matcher = readGlob(pattern)
  if (!matcher || matcher === 'unusable') return undefined
  return (text) => limited(() => matcher.matches(bytesOf(text)))
}

/**
 * Compiles a pattern of a rule: only one that contains `*` is a glob, any other stands for itself,
 * with all its `?`, `[` and `{`.
 */
export function compilePattern(pattern: string): Matches | undefined {
  return isGlob(pattern) ? compileGlob(pattern) : (text) => text === pattern
}

/** Whether a rule's pattern is a wildcard rather than a literal name. */
export function isGlob(pattern: string): boolean {
  return pattern.includes('*')
}

/** Whether Cerbos fails at requests because of a pattern, or reads only a part of it. */
export function isUnusableGlob(pattern: string): boolean {
  return readGlob(pattern) === 'unusable'
}

function readGlob(pattern: string): Matcher | 'unusable' | undefined {
  try {
    return limited(() => parseGlob(pattern))
  } catch {
    return 'unusable'
  }
}
