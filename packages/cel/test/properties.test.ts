import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Expr } from '../src/ast.ts'
import { CERBOS_FOLDING, CERBOS_FUNCTIONS } from '../src/cerbos.ts'
import { createEnv, type Program } from '../src/env.ts'
import { CelError } from '../src/errors.ts'
import { trace } from '../src/trace.ts'
import { DYN, mapType, messageType, STRING } from '../src/types.ts'
import type { Value } from '../src/values.ts'

const entity = messageType('Entity', { id: STRING, attr: mapType(STRING, DYN) })
// Most random expressions have a type error: these are for the evaluator alone.
const env = createEnv({
  variables: { P: entity, R: entity },
  functions: CERBOS_FUNCTIONS,
  folding: CERBOS_FOLDING,
  check: false,
})

function compile(source: string): Program {
  const compiled = env.compile(source)
  if (!compiled.ok) throw new Error(`${source}: ${compiled.diagnostics[0]?.message}`)
  return compiled.program
}

/** A result as text; errors are told apart by nothing but being one. */
function show(result: Value | CelError): string {
  if (result instanceof CelError) return 'error'
  return (
    JSON.stringify(result, (_, each) => {
      if (typeof each === 'bigint') return `int ${each}`
      if (each instanceof Map) return { map: [...each] }
      return typeof each === 'number' ? `double ${each}` : each
    }) ?? 'undefined'
  )
}

const field = fc.constantFrom('a', 'b', 'name', 'list', 'constructor', 'length')
const scalar = fc.oneof(fc.constantFrom<unknown>(null, true, false, 0, 1, 2.5, '', 'a', 'b'))
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(field, tie('value'), { maxKeys: 3 }),
  ),
})).value
const attributes = fc.dictionary(field, json, { maxKeys: 5 })

const { expr: expression } = fc.letrec<{ expr: string; read: string }>((tie) => ({
  read: fc.oneof(
    fc.tuple(fc.constantFrom('P.attr', 'R.attr'), field).map(([root, name]) => `${root}.${name}`),
    fc.constantFrom(
      'P.id',
      'x',
      'R.attr.list[0]',
      'P.attr["a"]',
      'R.attr.a.b',
      '1',
      '2',
      '1.0',
      '"a"',
      'true',
      'null',
      '[1, "a"]',
      '{"a": 1}',
    ),
  ),
  expr: fc.oneof(
    { maxDepth: 3 },
    tie('read'),
    fc
      .tuple(
        tie('expr'),
        fc.constantFrom('&&', '||', '==', '!=', '<', '>=', 'in', '+', '-', '*', '/', '%'),
        tie('expr'),
      )
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    fc.tuple(tie('expr'), tie('expr'), tie('expr')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    tie('expr').map((e) => `!(${e})`),
    fc.tuple(tie('expr'), field).map(([e, name]) => `has((${e}).${name})`),
    fc.tuple(tie('expr'), field).map(([e, name]) => `(${e}).${name}`),
    fc.tuple(tie('expr'), tie('expr')).map(([a, b]) => `(${a})[${b}]`),
    fc
      .tuple(
        tie('expr'),
        fc.constantFrom('all', 'exists', 'exists_one', 'filter', 'map'),
        tie('expr'),
      )
      .map(([a, macro, b]) => `(${a}).${macro}(x, ${b})`),
    fc.tuple(tie('expr'), tie('expr'), tie('expr')).map(([a, b, c]) => `(${a}).map(x, ${b}, ${c})`),
    tie('expr').map((e) => `size(${e})`),
    tie('expr').map((e) => `int(${e})`),
    fc.tuple(tie('expr'), tie('expr')).map(([a, b]) => `[${a}, ${b}]`),
  ),
}))
const input = fc.record({ text: expression, p: attributes, r: attributes })

function run(check: (program: Program, activation: Record<string, unknown>) => void): void {
  fc.assert(
    fc.property(input, ({ text, p, r }) => {
      const program = compile(`[0].map(x, ${text})`)
      check(program, { P: { id: 'a', attr: p }, R: { id: 'b', attr: r } })
    }),
    { numRuns: 1000 },
  )
}

test('a trace ends with the result of the evaluation', () => {
  run((program, activation) => {
    const result = show(program.evaluate(activation))
    expect(show(trace(program, activation).result)).toBe(result)
  })
})

test('a fold that is not known for what it computes computes the same', () => {
  run((program, activation) => {
    const disguised = env.compileExpr(disguise(program.expr), program.source)
    const result = disguised.ok ? disguised.program.evaluate(activation) : undefined
    expect(result === undefined ? 'does not compile' : show(result)).toBe(
      show(program.evaluate(activation)),
    )
  })
})

/** The same expression with each fold in a form that no shape matches: `true && condition`. */
function disguise(expr: Expr): Expr {
  switch (expr.kind) {
    case 'select':
      return { ...expr, operand: disguise(expr.operand) }
    case 'call':
      return {
        ...expr,
        ...(expr.target && { target: disguise(expr.target) }),
        args: expr.args.map(disguise),
      }
    case 'list':
      return { ...expr, elements: expr.elements.map(disguise) }
    case 'map':
      return {
        ...expr,
        entries: expr.entries.map((entry) => ({
          ...entry,
          key: disguise(entry.key),
          value: disguise(entry.value),
        })),
      }
    case 'comprehension':
      return {
        ...expr,
        iterRange: disguise(expr.iterRange),
        loopCondition: and(expr.loopCondition),
        loopStep: disguise(expr.loopStep),
      }
    default:
      return expr
  }
}

function and(condition: Expr): Expr {
  const yes: Expr = {
    kind: 'const',
    id: -1,
    span: condition.span,
    value: { kind: 'bool', value: true },
  }
  return { kind: 'call', id: -2, span: condition.span, function: '_&&_', args: [yes, condition] }
}

test('no attribute name reaches a prototype', () => {
  const prototypes = [Object, Array, Map, String, Number, Function, Uint8Array]
  const known = prototypes.flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype))
  const name = fc
    .oneof(fc.constantFrom(...known), fc.string())
    .filter((each) => /^[\w.\-/ ]+$/.test(each))
  const value = fc.constantFrom<unknown>({}, [], 'text', 1, true, null)
  fc.assert(
    fc.property(name, value, (each, held) => {
      const activation = { P: { id: 'a', attr: { held } }, R: { id: 'b', attr: {} } }
      const text = JSON.stringify(each)
      for (const read of [`R.attr.\`${each}\``, `R.attr[${text}]`, `P.attr.held.\`${each}\``]) {
        expect(compile(read).evaluate(activation), read).toBeInstanceOf(CelError)
      }
      expect(compile(`has(R.attr.\`${each}\`)`).evaluate(activation)).toBe(false)
      expect(compile(`${text} in R.attr`).evaluate(activation)).toBe(false)
    }),
    { numRuns: 2000 },
  )
})

test('a property added to the prototype of all objects is no attribute', () => {
  const program = compile('R.attr.isAdmin || has(R.attr.isAdmin)')
  const activation = { P: {}, R: { id: 'b', attr: {} } }
  const prototype = Object.prototype as { isAdmin?: boolean }
  prototype.isAdmin = true
  try {
    expect(program.evaluate(activation)).toBeInstanceOf(CelError)
  } finally {
    delete prototype.isAdmin
  }
})
