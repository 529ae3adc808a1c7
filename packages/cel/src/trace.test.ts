import { expect, test } from 'vitest'

import { createEnv } from './env.ts'
import { CelError } from './errors.ts'
import { type Step, trace } from './trace.ts'
import { DYN, listType, mapType, messageType, STRING } from './types.ts'
import type { Value } from './values.ts'

const person = messageType('Person', {
  id: STRING,
  roles: listType(STRING),
  attr: mapType(STRING, DYN),
})
const env = createEnv({ variables: { P: person, R: person } })
const activation = {
  P: { id: 'm-9a', roles: ['editor'], attr: {} },
  R: { id: 'q3', attr: { owner_id: 'm-77', level: 3, shares: [{ user: 'x' }, { user: 'm-9a' }] } },
}

function tree(source: string): readonly string[] {
  const compiled = env.compile(source)
  if (!compiled.ok) throw new Error(compiled.diagnostics[0]?.message)
  const step = trace(compiled.program, activation)
  expect(step.result).toEqual(compiled.program.evaluate(activation))
  return lines(step, '')
}

function lines(step: Step, indent: string): readonly string[] {
  const bindings = step.bindings.map(({ name, value }) => `${name}=${show(value)} `).join('')
  const line = `${indent}${bindings}${step.text} → ${show(step.result)}`
  return [line, ...step.children.flatMap((child) => lines(child, `${indent}  `))]
}

function show(value: Value | CelError): string {
  if (value instanceof CelError) return value.message
  return typeof value === 'bigint' ? `${value}` : JSON.stringify(value)
}

test.each<{ rule: string; source: string; tree: readonly string[] }>([
  {
    rule: 'a comparison shows what both sides were',
    source: 'R.attr.owner_id == P.id',
    tree: ['R.attr.owner_id == P.id → false', '  R.attr.owner_id → "m-77"', '  P.id → "m-9a"'],
  },
  {
    rule: 'constants are left out',
    source: 'R.attr.level + 1.0 > 3',
    tree: ['R.attr.level + 1.0 > 3 → true', '  R.attr.level + 1.0 → 4', '    R.attr.level → 3'],
  },
  {
    rule: 'a chain stops at the term that decides, past errors',
    source: 'R.attr.nope && R.attr.level > 3 && P.id == ""',
    tree: [
      'R.attr.nope && R.attr.level > 3 && P.id == "" → false',
      '  R.attr.nope → no such key: nope',
      '  R.attr.level > 3 → false',
      '    R.attr.level → 3',
    ],
  },
  {
    rule: 'a conditional shows the branch taken',
    source: '(R.attr.level > 2) ? P.id : R.id',
    tree: [
      '(R.attr.level > 2) ? P.id : R.id → "m-9a"',
      '  R.attr.level > 2 → true',
      '    R.attr.level → 3',
      '  P.id → "m-9a"',
    ],
  },
  {
    rule: 'a comprehension shows its elements up to the one that decides',
    source: 'R.attr.shares.exists(s, s.user == P.id)',
    tree: [
      'R.attr.shares.exists(s, s.user == P.id) → true',
      '  R.attr.shares → [{"user":"x"},{"user":"m-9a"}]',
      '  s={"user":"x"} s.user == P.id → false',
      '    s.user → "x"',
      '    P.id → "m-9a"',
      '  s={"user":"m-9a"} s.user == P.id → true',
      '    s.user → "m-9a"',
      '    P.id → "m-9a"',
    ],
  },
  {
    rule: 'presence and membership',
    source: '!has(R.attr.x) && "admin" in P.roles',
    tree: [
      '!has(R.attr.x) && "admin" in P.roles → false',
      '  !has(R.attr.x) → true',
      '    has(R.attr.x) → false',
      '  "admin" in P.roles → false',
      '    P.roles → ["editor"]',
    ],
  },
  {
    rule: 'calls show their arguments',
    source: 'size(P.roles.map(r, r + "s")[0]) == 7',
    tree: [
      'size(P.roles.map(r, r + "s")[0]) == 7 → true',
      '  size(P.roles.map(r, r + "s")[0]) → 7',
      '    P.roles.map(r, r + "s")[0] → "editors"',
      '      P.roles.map(r, r + "s") → ["editors"]',
      '        P.roles → ["editor"]',
      '        r="editor" r + "s" → "editors"',
      '          r → "editor"',
    ],
  },
])('$rule', ({ source, tree: expected }) => {
  expect(tree(source)).toEqual(expected)
})
