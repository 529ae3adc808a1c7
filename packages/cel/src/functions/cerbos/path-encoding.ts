import { type CelError, invalidArgument } from '../../errors.ts'

/** A UNIX or Windows path in one form: parts between slashes, cleaned. */
export interface EncodedPath {
  /** `/a/b` of `/a/b`, `/C:/a` of `C:\a`, `/host/share/a` of `\\host\share\a`, `a/b` of `a\b`. */
  readonly value: string
  readonly kind: 'unix' | 'drive' | 'unc' | 'windows'
  /** Whether it is a root: `/`, `C:\`, `\\host\share`. */
  readonly isRoot: boolean
}

/** Brings a path into the one form. A path such as `D:foo`, relative on a drive, is an error. */
export function encodePath(path: string): EncodedPath | CelError {
  if (path.startsWith('\\\\')) {
    const isRoot = path.slice(2).split('\\').length === 2
    return { value: cleanPath(toSlashes(path)), kind: 'unc', isRoot }
  }
  if (/^[A-Za-z]:/.test(path)) {
    if (path.length > 2 && path[2] !== '\\') {
      const message = `failed to encode path ${path}: unsupported Win32 path`
      return invalidArgument(message)
    }
    return { value: cleanPath(`/${toSlashes(path)}`), kind: 'drive', isRoot: path.length <= 3 }
  }
  if (path.includes('\\')) {
    return { value: cleanPath(toSlashes(path)), kind: 'windows', isRoot: false }
  }
  return { value: cleanPath(path), kind: 'unix', isRoot: path === '/' }
}

/** The path as it would have been written. */
export function decodePath({ value, kind }: Pick<EncodedPath, 'value' | 'kind'>): string {
  if (kind === 'unix') return value
  const path = toBackslashes(value)
  if (kind === 'unc') return `\\${path}`
  return kind === 'drive' ? path.replace(/^\\/, '') : path
}

function toSlashes(path: string): string {
  return path.replaceAll('\\', '/')
}

/** With backslashes for slashes. */
export function toBackslashes(path: string): string {
  return path.replaceAll('/', '\\')
}

/** The shortest path that means the same, going by its text: no `.`, no inner `..`, no `//`. */
export function cleanPath(path: string): string {
  const isRooted = path.startsWith('/')
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') kept.push(part)
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop()
    else if (!isRooted) kept.push(part)
  }
  const joined = kept.join('/')
  return isRooted ? `/${joined}` : joined || '.'
}

/** The way from one cleaned path to another, or `undefined` where the text does not tell. */
export function relativePath(base: string, target: string): string | undefined {
  if (base === target) return '.'
  if (base.startsWith('/') !== target.startsWith('/')) return undefined
  const from = partsOf(base)
  const to = partsOf(target)
  let common = 0
  while (common < from.length && common < to.length && from[common] === to[common]) common += 1
  if (from[common] === '..') return undefined
  return [...from.slice(common).map(() => '..'), ...to.slice(common)].join('/') || '.'
}

function partsOf(path: string): readonly string[] {
  return path === '.' ? [] : path.split('/').filter((part) => part !== '')
}
