import type { Expr } from '@lockstitch/cel'
import { freePaths, hasPart, mapChildren } from '@lockstitch/cel/partial'

// Hardly any two principals have the same id, so that what is left of a condition that reads it would
// have to be found out for each of them. Mostly the id is but compared with an attribute that is not
// known: what is left is then the same for all, apart from the id.

/** Where the id belongs. Evaluating in part leaves constants in the places that they were written at. */
const PLACE = { start: -1, end: -1 }
const NO_ID = '\u0000'

/**
 * A condition with a place for the principal's id, if the id is compared with attributes of the
 * resource and nothing else is done with it.
 */
export function withoutId(expr: Expr): Expr | undefined {
  const opened = opening(expr)
  return opened === expr || hasPart(expr, isFold) ? undefined : opened
}

function opening(expr: Expr): Expr | undefined {
  if (!readsId(expr)) return expr
  if (expr.kind !== 'call' || expr.target !== undefined) return undefined
  const [left, right] = expr.args
  if (COMPARISONS.has(expr.function) && left !== undefined && right !== undefined) {
    if (isId(left) && isAttribute(right)) return { ...expr, args: [placeAt(left), right] }
    return isId(right) && isAttribute(left) ? { ...expr, args: [left, placeAt(right)] } : undefined
  }
  if (!CONNECTIVES.has(expr.function)) return undefined
  const args = expr.args.map(opening)
  return args.every((arg) => arg !== undefined) ? { ...expr, args } : undefined
}

const COMPARISONS: ReadonlySet<string> = new Set(['_==_', '_!=_'])
const CONNECTIVES: ReadonlySet<string> = new Set(['!_', '_&&_', '_||_'])

function placeAt({ id }: Expr): Expr {
  return { kind: 'const', id, span: PLACE, value: { kind: 'string', value: NO_ID } }
}

/** Whether an expression reads the id, or something that it is in. */
function readsId(expr: Expr): boolean {
  return freePaths(expr).some((path) => {
    const text = path.join('.').replace(/^\./, '')
    return ID.test(text) || text === 'P' || text === 'request' || text === 'request.principal'
  })
}

const ID = /^(P|request\.principal)\.id(\.|$)/

function isId(expr: Expr): boolean {
  return isSelection(expr, /^(P|request\.principal)\.id$/)
}

/** What is not known where conditions are kept. */
function isAttribute(expr: Expr): boolean {
  return isSelection(expr, /^(R|request\.resource)\.attr\.\w+$/)
}

function isSelection(expr: Expr, pattern: RegExp): boolean {
  if (expr.kind !== 'select' || expr.testOnly) return false
  const [path, ...others] = freePaths(expr)
  return path !== undefined && others.length === 0 && pattern.test(path.join('.'))
}

function isFold({ kind }: Expr): boolean {
  return kind === 'comprehension'
}

/** Whether the places for the id are all that is left of them. */
export function hasPlaces(expr: Expr): boolean {
  return !hasPart(expr, (part) => isNoId(part) && part.span !== PLACE)
}

function isNoId(part: Expr): boolean {
  return part.kind === 'const' && part.value.kind === 'string' && part.value.value === NO_ID
}

/** An expression with the id where it belongs. */
export function withId(expr: Expr, id: string): Expr {
  if (expr.span === PLACE) return { ...expr, value: { kind: 'string', value: id } } as Expr
  return mapChildren(expr, (part) => withId(part, id))
}
