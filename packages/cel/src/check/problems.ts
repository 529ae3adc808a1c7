import type { CallExpr, Expr, FieldEntry, IdentExpr, Span, StructExpr } from '../ast.ts'
import type { CelDiagnostic, CelDiagnosticCode } from '../errors.ts'
import { suggestion } from '../suggestion.ts'
import { type CelType, formatType } from '../types.ts'
import { ERROR } from './inference.ts'

type Names = Iterable<string>

/**
 * Collects what is wrong with an expression, in cel-go's words. Each method answers the type ERROR,
 * which fits everywhere; where it does not help, as beside a bool that `*` does not take, that is told too.
 */
export class Problems {
  readonly #found: { readonly at: number; readonly problem: CelDiagnostic }[] = []

  /** All of them, by their place in the text: that of a call is where its operator or bracket stands. */
  inOrder(): readonly CelDiagnostic[] {
    return this.#found.sort((a, b) => a.at - b.at).map(({ problem }) => problem)
  }

  get none(): boolean {
    return this.#found.length === 0
  }

  undeclaredIdent(expr: IdentExpr, container: string, known: Names): CelType {
    return this.#undeclared('undeclared-reference', expr.span, expr.name, container, known)
  }

  undeclaredMessage(expr: StructExpr, container: string, known: Names): CelType {
    const { start } = expr.span
    const span = { start, end: start + expr.messageName.length }
    return this.#undeclared('undeclared-reference', span, expr.messageName, container, known)
  }

  unknownFunction(expr: CallExpr, container: string, known: Names): CelType {
    const { start } = expr.span
    const isNamed = expr.target === undefined && /^[\w.]+$/.test(expr.function)
    const span = isNamed ? { start, end: start + expr.function.length } : expr.span
    return this.#undeclared('unknown-function', span, expr.function, container, known)
  }

  #undeclared(
    code: CelDiagnosticCode,
    span: Span,
    name: string,
    container: string,
    known: Names,
  ): CelType {
    const message = `undeclared reference to '${name}' (in container '${container}')`
    return this.#add(code, span, message + suggestion(name, [...known].filter(isSpelled)))
  }

  undefinedField(expr: Expr, field: string, known: Names): CelType {
    const message = `undefined field '${field}'${suggestion(field, [...known])}`
    return this.#add('undefined-field', fieldSpan(expr, field), message)
  }

  undefinedEntry(entry: FieldEntry): CelType {
    return this.#add('undefined-field', entry.value.span, `undefined field '${entry.field}'`)
  }

  noFields(expr: Expr, type: CelType): CelType {
    const message = `type '${formatType(type)}' does not support field selection`
    return this.#add('no-field-selection', expr.span, message)
  }

  notAField(expr: CallExpr): CelType {
    return this.#add('no-field-selection', expr.span, 'unsupported optional field selection')
  }

  noMatchingOverload(
    expr: CallExpr,
    name: string,
    args: readonly CelType[],
    member: boolean,
    hint: string,
  ): CelType {
    const types = args.map(formatType)
    const signature = member
      ? `${types[0] ?? ''}.(${types.slice(1).join(', ')})`
      : `(${types.join(', ')})`
    const message = `found no matching overload for '${name}' applied to '${signature}'${hint}`
    const before = expr.target ?? (isSpelled(name) ? undefined : expr.args[1] && expr.args[0])
    return this.#add('no-matching-overload', expr.span, message, before?.span.end)
  }

  mismatch(expr: Expr, expected: CelType, found: CelType): CelType {
    const message = `expected type '${formatType(expected)}' but found '${formatType(found)}'`
    return this.#add('type-mismatch', expr.span, message)
  }

  fieldMismatch(entry: FieldEntry, expected: CelType, found: CelType): CelType {
    const message =
      `expected type of field '${entry.field}' is '${formatType(expected)}' ` +
      `but provided type is '${formatType(found)}'`
    return this.#add('type-mismatch', entry.value.span, message)
  }

  notARange(expr: Expr, type: CelType): CelType {
    const message =
      `expression of type '${formatType(type)}' cannot be range of a comprehension ` +
      '(must be list, map, or dynamic)'
    return this.#add('not-a-range', expr.span, message)
  }

  notAMessage(expr: StructExpr, type: CelType): CelType {
    return this.#add('not-a-message', expr.span, `'${formatType(type)}' is not a message type`)
  }

  literal(message: string, span: Span): CelType {
    return this.#add('invalid-literal', span, message)
  }

  #add(code: CelDiagnosticCode, span: Span, message: string, at = span.start): CelType {
    this.#found.push({ at, problem: { code, message, span } })
    return ERROR
  }
}

/** Where a field is written: behind the dot, or as the argument of `has()`. */
function fieldSpan(expr: Expr, field: string): Span {
  if (expr.kind !== 'select') return expr.span
  const end = (expr.macro?.args[0] ?? expr).span.end
  const quotes = /^[a-zA-Z_]\w*$/.test(field) ? 0 : 2
  return { start: end - field.length - quotes, end }
}

/** Whether a name can be written in an expression: operators cannot. */
function isSpelled(name: string): boolean {
  return /^[A-Za-z]/.test(name)
}
