import { RE2JS } from '@bufbuild/re2'

import { CelError } from '../errors.ts'
import { BOOL, STRING } from '../types.ts'
import { globals, methods, type Overload } from './overload.ts'
import { safeRegExp } from './safe-pattern.ts'

/** A compiled pattern. */
export interface Matcher {
  test(text: string): boolean
}

const MAX_PATTERN_LENGTH = 10_000
const CACHE_SIZE = 256
const cache = new Map<string, Matcher | CelError>()

/** Regular expressions in RE2's syntax and with its linear running time. */
// biome-ignore format: a table
export const REGEX: readonly Overload[] = [
  ...globals('matches', [['matches', [STRING, STRING], BOOL, matches]]),
  ...methods('matches', [['matches_string', [STRING, STRING], BOOL, matches]]),
]

/** Compiles a pattern: natively where that is safe and means the same, else with RE2. */
export function compilePattern(pattern: string): Matcher | CelError {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    return new CelError('limit-exceeded', `a pattern is longer than ${MAX_PATTERN_LENGTH}`)
  }
  try {
    return safeRegExp(pattern) ?? RE2JS.compile(pattern)
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    return new CelError('invalid-regex', detail, { cause })
  }
}

function matches(text: string, pattern: string): boolean | CelError {
  const matcher = cachedPattern(pattern)
  return matcher instanceof CelError ? matcher : matcher.test(text)
}

/** A compiled pattern, the same one for the same text. Patterns that are data are few, but may come from anyone: the oldest one makes room. */
export function cachedPattern(pattern: string): Matcher | CelError {
  const cached = cache.get(pattern)
  if (cached !== undefined) return cached
  const matcher = compilePattern(pattern)
  if (cache.size >= CACHE_SIZE) {
    for (const oldest of cache.keys()) {
      cache.delete(oldest)
      break
    }
  }
  cache.set(pattern, matcher)
  return matcher
}
