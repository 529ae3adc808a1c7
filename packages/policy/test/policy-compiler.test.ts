import fc from 'fast-check'
import { expect, test } from 'vitest'

import {
  type CompiledPolicies,
  compilePolicies,
  createPolicyCompiler,
} from '../src/compile-policies.ts'

const HEAD = 'apiVersion: api.cerbos.dev/v1\n'

/** What may stand in each file: right, wrong, switched off, nothing at all. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  'roles.yaml': [
    `${HEAD}derivedRoles: {name: common, definitions: [{name: owner, parentRoles: [user], condition: {match: {expr: R.attr.owner == P.id}}}]}\n`,
    `${HEAD}derivedRoles: {name: common, definitions: [{name: other, parentRoles: [user]}]}\n`,
    `${HEAD}derivedRoles: {name: common, definitions: [{name: owner, parentRoles: [user], condition: {match: {expr: 1 +}}}]}\n`,
  ],
  'document.yaml': [
    `${HEAD}resourcePolicy: {resource: document, version: default, importDerivedRoles: [common], rules: [{actions: [view], effect: EFFECT_ALLOW, derivedRoles: [owner]}]}\n`,
    `${HEAD}resourcePolicy: {resource: document, version: default, rules: [{actions: [view], effect: EFFECT_DENY, roles: [user]}]}\n`,
    `${HEAD}resourcePolicy: {resource: document, version: default, rules: [{actions: [view], effect: ALLOW, roles: [user]}]}\n`,
    `disabled: true\n${HEAD}resourcePolicy: {resource: document, version: default, rules: []}\n`,
    'resourcePolicy: [\n',
  ],
  'acme.yaml': [
    `${HEAD}resourcePolicy: {resource: document, version: default, scope: acme, rules: []}\n`,
    '# nothing yet\n',
  ],
  '_schemas/document.json': ['{"type": "object"}', '{'],
}

const folder = fc.record(
  Object.fromEntries(
    Object.entries(TEXTS).map(([path, texts]) => [path, fc.constantFrom(undefined, ...texts)]),
  ),
)

/** What compiling came to, without the functions that conditions become. */
function comparable({ policySet, diagnostics, disabled }: CompiledPolicies): unknown {
  return { policySet: policySet && JSON.parse(JSON.stringify(policySet)), diagnostics, disabled }
}

test('compiles each set of files as if it were the first', () => {
  fc.assert(
    fc.property(fc.array(folder, { minLength: 2, maxLength: 6 }), (folders) => {
      const compile = createPolicyCompiler()
      for (const texts of folders) {
        const files = Object.entries(texts).flatMap(([path, text]) =>
          text === undefined ? [] : [{ path, text }],
        )
        expect(comparable(compile(files))).toEqual(comparable(compilePolicies(files)))
      }
    }),
  )
})

test('a file that moves is found at its new place', () => {
  const compile = createPolicyCompiler()
  const text = 'resourcePolicy: [\n'
  compile([{ path: 'a.yaml', text }])
  const { diagnostics } = compile([{ path: 'b.yaml', text }])
  expect(diagnostics.map(({ file }) => file)).toEqual(['b.yaml'])
})
