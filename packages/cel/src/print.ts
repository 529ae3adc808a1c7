import type { CallExpr, Constant, Expr, ListExpr, MapExpr, StructExpr } from './ast.ts'
import { unreachable } from './ast.ts'

// How tightly a form binds. Where a part binds less than its place asks for, it gets parentheses.
const CONDITIONAL = 0
const OR = 1
const AND = 2
const RELATION = 3
const SUM = 4
const PRODUCT = 5
const UNARY = 6
const MEMBER = 7

// biome-ignore format: a table
const BINARY: ReadonlyMap<string, readonly [text: string, level: number]> = new Map([
  ['_<_', ['<', RELATION]], ['_<=_', ['<=', RELATION]], ['_>_', ['>', RELATION]],
  ['_>=_', ['>=', RELATION]], ['_==_', ['==', RELATION]], ['_!=_', ['!=', RELATION]],
  ['@in', ['in', RELATION]], ['_+_', ['+', SUM]], ['_-_', ['-', SUM]],
  ['_*_', ['*', PRODUCT]], ['_/_', ['/', PRODUCT]], ['_%_', ['%', PRODUCT]],
])

interface Printed {
  readonly text: string
  readonly level: number
}

/** The text of an expression, macros as they were written. Parsing it gives the same expression. */
export function print(expr: Expr): string {
  return printed(expr).text
}

function printed(expr: Expr): Printed {
  if (expr.macro !== undefined) return printCall(expr.macro)
  switch (expr.kind) {
    case 'const':
      return primary(constantText(expr.value))
    case 'ident':
      return primary(expr.name)
    case 'select': {
      const text = `${part(expr.operand, MEMBER)}.${fieldText(expr.field)}`
      return primary(expr.testOnly ? `has(${text})` : text)
    }
    case 'call':
      return printCall(expr)
    case 'list':
      return primary(listText(expr))
    case 'map':
      return primary(mapText(expr))
    case 'struct':
      return primary(structText(expr))
    case 'comprehension': {
      const { iterVar, iterVar2, iterRange, accuVar, accuInit, loopCondition, loopStep, result } =
        expr
      const variables = iterVar2 === undefined ? iterVar : `${iterVar}, ${iterVar2}`
      const parts = [iterRange, accuInit, loopCondition, loopStep, result].map(print)
      return primary(`__comprehension__(${variables}, ${accuVar}, ${parts.join(', ')})`)
    }
    default:
      return unreachable(expr)
  }
}

function primary(text: string): Printed {
  return { text, level: MEMBER }
}

function part(expr: Expr, level: number): string {
  const inner = printed(expr)
  return inner.level < level ? `(${inner.text})` : inner.text
}

function printCall(expr: CallExpr): Printed {
  return (expr.target === undefined ? printOperator(expr) : undefined) ?? primary(callText(expr))
}

function callText(expr: CallExpr): string {
  const args = expr.args.map(print).join(', ')
  const target = expr.target === undefined ? '' : `${part(expr.target, MEMBER)}.`
  return `${target}${expr.function}(${args})`
}

function printOperator(expr: CallExpr): Printed | undefined {
  const [first, second, third] = expr.args
  if (first === undefined) return undefined
  if (second === undefined) return printUnary(expr.function, first)
  if (expr.function === '_?_:_' && third !== undefined) {
    const text = `${part(first, OR)} ? ${part(second, OR)} : ${part(third, CONDITIONAL)}`
    return { text, level: CONDITIONAL }
  }
  if (expr.function === '_&&_') return { text: chainText(expr, '_&&_', ' && ', AND), level: AND }
  if (expr.function === '_||_') return { text: chainText(expr, '_||_', ' || ', OR), level: OR }
  if (expr.function === '_[_]') return primary(`${part(first, MEMBER)}[${print(second)}]`)
  if (expr.function === '_[?_]') return primary(`${part(first, MEMBER)}[?${print(second)}]`)
  if (expr.function === '_?._' && second.kind === 'const' && second.value.kind === 'string') {
    return primary(`${part(first, MEMBER)}.?${fieldText(second.value.value)}`)
  }
  const operator = BINARY.get(expr.function)
  if (operator === undefined) return undefined
  const [sign, level] = operator
  return { text: `${part(first, level)} ${sign} ${part(second, level + 1)}`, level }
}

function printUnary(name: string, operand: Expr): Printed | undefined {
  const sign = name === '!_' ? '!' : name === '-_' ? '-' : undefined
  if (sign === undefined) return undefined
  const inner = part(operand, MEMBER)
  // A minus before a number would become part of the literal.
  const text = sign === '-' && /^[\d-]/.test(inner) ? `(${inner})` : inner
  return { text: `${sign}${text}`, level: UNARY }
}

/** A chain, without parentheses where the parser would make the same balanced tree of it. */
function chainText(expr: CallExpr, name: string, separator: string, level: number): string {
  if (isBalanced(expr, name)) {
    return leaves(expr, name)
      .map((leaf) => part(leaf, level + 1))
      .join(separator)
  }
  return expr.args.map((arg) => part(arg, level + 1)).join(separator)
}

function isChain(expr: Expr, name: string): expr is CallExpr {
  return expr.kind === 'call' && expr.function === name && expr.macro === undefined
}

function leaves(expr: Expr, name: string): readonly Expr[] {
  return isChain(expr, name) ? expr.args.flatMap((arg) => leaves(arg, name)) : [expr]
}

function isBalanced(expr: Expr, name: string): boolean {
  if (!isChain(expr, name)) return true
  const [left, right] = expr.args
  if (left === undefined || right === undefined) return false
  const leftCount = leaves(left, name).length
  const count = leftCount + leaves(right, name).length
  const isEven = leftCount === Math.floor((count - 1) / 2) + 1
  return isEven && isBalanced(left, name) && isBalanced(right, name)
}

function listText({ elements, optionalIndices }: ListExpr): string {
  const items = elements.map(
    (element, i) => (optionalIndices.includes(i) ? '?' : '') + print(element),
  )
  return `[${items.join(', ')}]`
}

function mapText({ entries }: MapExpr): string {
  const items = entries.map(
    ({ key, value, optional }) => `${optional ? '?' : ''}${print(key)}: ${print(value)}`,
  )
  return `{${items.join(', ')}}`
}

function structText({ messageName, entries }: StructExpr): string {
  const items = entries.map(
    ({ field, value, optional }) => `${optional ? '?' : ''}${fieldText(field)}: ${print(value)}`,
  )
  return `${messageName}{${items.join(', ')}}`
}

function fieldText(field: string): string {
  const isName = /^[A-Za-z_][A-Za-z0-9_]*$/.test(field) && !/^(?:in|true|false|null)$/.test(field)
  return isName ? field : `\`${field}\``
}

function constantText(constant: Constant): string {
  switch (constant.kind) {
    case 'null':
      return 'null'
    case 'bool':
    case 'int':
      return String(constant.value)
    case 'uint':
      return `${constant.value}u`
    case 'double':
      return doubleText(constant.value)
    case 'string':
      return `"${constant.value.replace(/["\\\p{Cc}]/gu, escapeCharacter)}"`
    case 'bytes':
      return `b"${Array.from(constant.value, byteText).join('')}"`
    default:
      return unreachable(constant)
  }
}

function doubleText(value: number): string {
  if (Object.is(value, -0)) return '-0.0'
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value)
}

// biome-ignore format: a table
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t',
}

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0)
  return SHORT_ESCAPES[character] ?? `\\u${code.toString(16).padStart(4, '0')}`
}

function byteText(byte: number): string {
  const character = String.fromCharCode(byte)
  const isPlain = byte >= 0x20 && byte < 0x7f && character !== '"' && character !== '\\'
  return isPlain ? character : `\\x${byte.toString(16).padStart(2, '0')}`
}
