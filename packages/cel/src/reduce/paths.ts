import { type CallExpr, type ComprehensionExpr, children, type Expr } from '../ast.ts'
import { CERBOS_FUNCTIONS } from '../cerbos.ts'
import { NOW } from '../clock.ts'
import { pathOf } from '../references.ts'

/** A variable and the names behind it: `['R', 'attr', 'owner']`. */
export type Path = readonly string[]

const known = new WeakMap<Expr, readonly Path[]>()

/**
 * Each path that an expression reads from outside of it, variables of comprehensions around it
 * included. What reads the clock reads the path `[NOW]`. A leading dot is part of the first name.
 */
export function freePaths(expr: Expr): readonly Path[] {
  let paths = known.get(expr)
  if (paths === undefined) {
    paths = distinct(pathsIn(expr))
    known.set(expr, paths)
  }
  return paths
}

function pathsIn(expr: Expr): readonly Path[] {
  const path = pathOf(expr)
  if (path !== undefined) return [path]
  if (expr.kind === 'comprehension') return pathsInFold(expr)
  const inside = children(expr).flatMap(freePaths)
  return expr.kind === 'call' && readsClock(expr) ? [[NOW], ...inside] : inside
}

function pathsInFold(fold: ComprehensionExpr): readonly Path[] {
  const own = new Set([fold.iterVar, fold.iterVar2, fold.accuVar])
  const body = [fold.loopCondition, fold.loopStep, fold.result].flatMap(freePaths)
  const outer = body.filter(([root = '']) => !own.has(root))
  return [...freePaths(fold.iterRange), ...freePaths(fold.accuInit), ...outer]
}

const CLOCK_NAMES: ReadonlySet<string> = new Set(
  CERBOS_FUNCTIONS.filter(({ readsClock: reads }) => reads).map(({ name }) => name),
)

function readsClock(call: CallExpr): boolean {
  return CLOCK_NAMES.has(call.function.replace(/^\./, ''))
}

function distinct(paths: readonly Path[]): readonly Path[] {
  if (paths.length < 2) return paths
  return [...new Map(paths.map((path) => [JSON.stringify(path), path])).values()]
}

/** Which paths are not known: everything at and below some, but for exceptions further down. */
export interface UnknownPaths {
  readonly unknown: readonly Path[]
  readonly known?: readonly Path[]
}

/** Whether reading a path touches anything that is not known. */
export function touchesUnknown(
  path: Path,
  { unknown, known: exceptions = [] }: UnknownPaths,
): boolean {
  if (unknown.some((each) => each.length > path.length && isPrefix(path, each))) return true
  return longestPrefix(path, unknown) > longestPrefix(path, exceptions)
}

/** The length of the longest of the paths that the path begins with; -1 where it begins with none. */
function longestPrefix(path: Path, of: readonly Path[]): number {
  return Math.max(-1, ...of.filter((each) => isPrefix(each, path)).map(({ length }) => length))
}

function isPrefix(prefix: Path, path: Path): boolean {
  return prefix.length <= path.length && prefix.every((name, i) => name === path[i])
}
