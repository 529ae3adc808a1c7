import { CelError } from '../../errors.ts'
import { BOOL, listType, STRING } from '../../types.ts'
import type { Value } from '../../values.ts'
import { globals, methods, NO_SUCH_OVERLOAD, type Overload } from '../overload.ts'
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
  ...globals('pathHasPrefix', [['path_has_prefix', [STRING, STRING], BOOL, pathHasPrefix]]),
  ...methods('pathHasPrefix', [['string_path_has_prefix', [STRING, STRING], BOOL, pathHasPrefix]]),
  ...globals('pathMatch', [['path_match', [STRING, STRING], BOOL, pathMatch]]),
  ...methods('pathMatch', [['string_path_match', [STRING, STRING], BOOL, pathMatch]]),
  ...globals('pathMatchAnyOf', [['path_match_any_of', [STRING, listType(STRING)], BOOL, pathMatchAnyOf]]),
  ...methods('pathMatchAnyOf', [['string_path_match_any_of', [STRING, listType(STRING)], BOOL, pathMatchAnyOf]]),
]

function basePath(path: string): Text {
  const encoded = encodePath(path)
  return encoded instanceof CelError ? encoded : lastPart(encoded.value)
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
  const encoded = encodePath(path)
  if (encoded instanceof CelError) return encoded
  const last = lastPart(encoded.value)
  const dot = last.lastIndexOf('.')
  return dot < 0 ? '' : last.slice(dot)
}

function joinPath(paths: readonly Value[]): Text {
  const texts = paths.filter((path) => typeof path === 'string')
  if (texts.length < paths.length) return NO_SUCH_OVERLOAD
  const [first, ...rest] = texts
  if (first === undefined) return ''
  if (rest.length === 0) return first
  const start = encodePath(first)
  if (start instanceof CelError) return start
  let { value } = start
  for (const path of rest) {
    const encoded = encodePath(path)
    if (encoded instanceof CelError) return encoded
    value = cleanPath(`${value}/${encoded.value}`)
  }
  return decodePath({ value, kind: start.kind })
}

function encodeBoth(a: string, b: string): readonly [EncodedPath, EncodedPath] | CelError {
  const first = encodePath(a)
  if (first instanceof CelError) return first
  const second = encodePath(b)
  return second instanceof CelError ? second : [first, second]
}

function relPath(base: string, target: string): Text {
  const both = encodeBoth(base, target)
  if (both instanceof CelError) return both
  const [from, to] = both
  const value = relativePath(from.value, to.value)
  if (value === undefined) return notRelative(target, from, to)
  if (value === '.' || value === '..') return value
  return to.kind === 'unc' ? toBackslashes(value) : decodePath({ value, kind: to.kind })
}

function notRelative(path: string, from: EncodedPath, to: EncodedPath): CelError {
  const reason = `Rel: can't make ${to.value} relative to ${from.value}`
  const message = `failed to determine relative path of ${path}: ${reason}`
  return new CelError('invalid-argument', message)
}

/** A path below another, or the same text: `/a/b/` is not below `/a/b`, which it means. */
function pathHasPrefix(path: string, prefix: string): Verdict {
  if (path === prefix) return true
  const both = encodeBoth(path, prefix)
  if (both instanceof CelError) return both
  const [target, base] = both
  const value = relativePath(base.value, target.value)
  if (value === undefined) return notRelative(path, base, target)
  // Cerbos goes by the first character, so that what is hidden lies below nothing.
  return !value.startsWith('.')
}

function volumeName(path: string): string {
  const share = /^\\\\([^\\]+)\\([^\\]+)/.exec(path)
  return share?.[0] ?? /^[A-Za-z]:/.exec(path)?.[0] ?? ''
}

function pathMatch(path: string, pattern: string): Verdict {
  const both = encodeBoth(path, pattern)
  if (both instanceof CelError) return both
  const [target, glob] = both
  const isMatch = matchPath(glob.value, target.value)
  if (isMatch !== undefined) return isMatch
  const call = `failed to match pattern ${JSON.stringify(pattern)} on path ${JSON.stringify(path)}`
  return new CelError('invalid-argument', `${call}: syntax error in pattern`)
}

function pathMatchAnyOf(path: string, patterns: readonly Value[]): Verdict {
  for (const pattern of patterns) {
    const isMatch = typeof pattern === 'string' ? pathMatch(path, pattern) : NO_SUCH_OVERLOAD
    if (isMatch !== false) return isMatch
  }
  return false
}
