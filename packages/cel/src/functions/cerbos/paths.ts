import { andThen, CelError, convertAll, invalidArgument } from '../../errors.ts'
import { BOOL, listType, STRING } from '../../types.ts'
import type { Value } from '../../values.ts'
import { both, globals, NO_SUCH_OVERLOAD, type Overload } from '../overload.ts'
import {
  cleanPath,
  decodePath,
  type EncodedPath,
  encodePath,
  relativePath,
  toBackslashes,
} from './path-encoding.ts'
import { matchPath } from './path-match.ts'

type Text = string | CelError
type Verdict = boolean | CelError

/** Paths of UNIX and Windows, by their text alone. @see https://docs.cerbos.dev/cerbos/latest/policies/conditions.html */
// biome-ignore format: a table
export const PATHS: readonly Overload[] = [
  ...globals('basePath', [['base_path', [STRING], STRING, basePath]]),
  ...globals('dirPath', [['dir_path', [STRING], STRING, dirPath]]),
  ...globals('extPath', [['ext_path', [STRING], STRING, extPath]]),
  ...globals('joinPath', [['join_path', [listType(STRING)], STRING, joinPath]]),
  ...globals('relPath', [['rel_path', [STRING, STRING], STRING, relPath]]),
  ...globals('volumeName', [['volume_name', [STRING], STRING, volumeName]]),
  ...both('pathHasPrefix', 'path_has_prefix', [STRING, STRING], BOOL, pathHasPrefix),
  ...both('pathMatch', 'path_match', [STRING, STRING], BOOL, pathMatch),
  ...both('pathMatchAnyOf', 'path_match_any_of', [STRING, listType(STRING)], BOOL, pathMatchAnyOf),
]

function basePath(path: string): Text {
  return andThen(encodePath(path), ({ value }) => lastPart(value))
}

function lastPart(value: string): string {
  return value === '/' ? value : value.slice(value.lastIndexOf('/') + 1)
}

function dirPath(path: string): Text {
  const encoded = encodePath(path)
  if (encoded instanceof CelError) return encoded
  const { value, kind, isRoot } = encoded
  if (kind === 'drive' && isRoot) return `${decodePath(encoded)}\\`
  if (isRoot) return decodePath(encoded)
  const above = value.slice(0, Math.max(0, value.lastIndexOf('/')))
  if (kind !== 'unix') return decodePath({ value: above, kind })
  return above === '' && value.startsWith('/') ? '/' : above || '.'
}

function extPath(path: string): Text {
  return andThen(basePath(path), (last) => /\.[^.]*$/s.exec(last)?.[0] ?? '')
}

function joinPath(paths: readonly Value[]): Text {
  if (!paths.every((path) => typeof path === 'string')) return NO_SUCH_OVERLOAD
  const [first = ''] = paths
  if (paths.length <= 1) return first
  return andThen(convertAll(paths, encodePath), (encoded) => {
    const value = encoded
      .map((each) => each.value)
      .reduce((path, part) => cleanPath(`${path}/${part}`))
    return decodePath({ value, kind: encoded[0]?.kind ?? 'unix' })
  })
}

/** What `use` makes of two paths, if both can be read. */
function withBoth<Result>(
  a: string,
  b: string,
  use: (a: EncodedPath, b: EncodedPath) => Result,
): Result | CelError {
  return andThen(encodePath(a), (first) => andThen(encodePath(b), (second) => use(first, second)))
}

function relPath(base: string, target: string): Text {
  return withBoth(base, target, (from, to) => {
    const value = relativePath(from.value, to.value)
    if (value === undefined) return notRelative(target, from, to)
    if (value === '.' || value === '..') return value
    return to.kind === 'unc' ? toBackslashes(value) : decodePath({ value, kind: to.kind })
  })
}

function notRelative(path: string, from: EncodedPath, to: EncodedPath): CelError {
  const reason = `Rel: can't make ${to.value} relative to ${from.value}`
  const message = `failed to determine relative path of ${path}: ${reason}`
  return invalidArgument(message)
}

/** A path below another, or the same text: `/a/b/` is not below `/a/b`, which it means. */
function pathHasPrefix(path: string, prefix: string): Verdict {
  if (path === prefix) return true
  return withBoth(path, prefix, (target, base) => {
    const value = relativePath(base.value, target.value)
    if (value === undefined) return notRelative(path, base, target)
    // Cerbos goes by the first character, so that what is hidden lies below nothing.
    return !value.startsWith('.')
  })
}

function volumeName(path: string): string {
  const share = /^\\\\([^\\]+)\\([^\\]+)/.exec(path)
  return share?.[0] ?? /^[A-Za-z]:/.exec(path)?.[0] ?? ''
}

function pathMatch(path: string, pattern: string): Verdict {
  return withBoth(path, pattern, (target, glob) => {
    const isMatch = matchPath(glob.value, target.value)
    if (isMatch !== undefined) return isMatch
    const call = `failed to match pattern ${JSON.stringify(pattern)} on path ${JSON.stringify(path)}`
    return invalidArgument(`${call}: syntax error in pattern`)
  })
}

function pathMatchAnyOf(path: string, patterns: readonly Value[]): Verdict {
  for (const pattern of patterns) {
    const isMatch = typeof pattern === 'string' ? pathMatch(path, pattern) : NO_SUCH_OVERLOAD
    if (isMatch !== false) return isMatch
  }
  return false
}
