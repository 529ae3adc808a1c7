import { expect, test } from 'vitest'
import type { Expr } from '../src/ast.ts'
import { CERBOS_FOLDING, CERBOS_FUNCTIONS } from '../src/cerbos.ts'
import { createEnv } from '../src/env.ts'
import { inlineVariables } from '../src/inline.ts'
import { print } from '../src/print.ts'
import { CERBOS_VARIABLES } from './cerbos-variables.ts'

const env = createEnv({
  variables: CERBOS_VARIABLES,
  functions: CERBOS_FUNCTIONS,
  folding: CERBOS_FOLDING,
})

function exprOf(source: string): Expr {
  const compiled = env.compile(source)
  if (!compiled.ok) throw new Error(`${source}: ${compiled.diagnostics[0]?.message}`)
  return compiled.program.expr
}

const definitions = new Map([
  ['owner', 'R.attr.owner == P.id'],
  ['public', 'R.attr.public'],
  ['either', 'V.owner || variables.public'],
  ['roles', 'P.roles.filter(r, r != P.id)'],
  ['nothing', 'null'],
])

function inlined(source: string): string {
  const expr = inlineVariables(exprOf(source), ([root, name, ...more]) => {
    const isVariable = root === 'V' || root === 'variables'
    const text = isVariable && more.length === 0 ? definitions.get(name ?? '') : undefined
    return text === undefined ? undefined : exprOf(text)
  })
  const recompiled = env.compileExpr(expr, source)
  if (!recompiled.ok) throw new Error(recompiled.diagnostics[0]?.message)
  expect(print(exprOf(print(expr)))).toBe(print(expr))
  return print(expr)
}

test.each([
  ['V.owner', 'R.attr.owner == P.id'],
  ['V.owner == true', 'R.attr.owner == P.id == true'],
  ['!V.owner && V.public', '!(R.attr.owner == P.id) && R.attr.public'],
  ['V.either', 'R.attr.owner == P.id || R.attr.public'],
  ['V.public.name', 'R.attr.public.name'],
  ['has(V.public.name)', 'has(R.attr.public.name)'],
  ['has(V.public)', 'has(V.public)'],
  ['V.other', 'V.other'],
  [
    'V.roles.exists(r, r == "a" && V.owner)',
    'P.roles.filter(r, r != P.id).exists(r, r == "a" && R.attr.owner == P.id)',
  ],
  ['[1].exists(P, V.owner)', '[1].exists(P, R.attr.owner == .P.id)'],
  ['["a"].exists(r, V.roles == [r])', '["a"].exists(r, P.roles.filter(r, r != P.id) == [r])'],
  ['[1].exists(P, variables.either)', '[1].exists(P, R.attr.owner == .P.id || R.attr.public)'],
  ['[{"owner": 1}].exists(V, V.owner == 1)', '[{"owner": 1}].exists(V, V.owner == 1)'],
  ['[1].exists(V, variables.either)', '[1].exists(V, R.attr.owner == P.id || R.attr.public)'],
  [
    'cel.bind(x, V.owner, x || V.nothing == null)',
    'cel.bind(x, R.attr.owner == P.id, x || null == null)',
  ],
])('%s', (source, expected) => {
  expect(inlined(source)).toBe(expected)
})

test('each node has an id of its own', () => {
  const ids = new Set<number>()
  const visit = (part: Expr): void => {
    expect(ids.has(part.id)).toBe(false)
    ids.add(part.id)
    for (const each of Object.values(part).flat()) {
      const isNode = typeof each === 'object' && each !== null && 'kind' in each && 'id' in each
      if (isNode && each !== part.macro) visit(each as Expr)
    }
  }
  visit(inlineVariables(exprOf('V.owner || V.owner'), () => undefined))
})
