import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  type CompiledPolicies,
  type CompileOptions,
  compilePolicies,
  createPolicyCompiler,
} from '../src/compile-policies.ts'
import type { LinkedPolicy } from '../src/linked.ts'
import type { LoadedSchema } from '../src/schemas/schema-store.ts'
import type { SourceFile } from '../src/source.ts'

const HEAD = 'apiVersion: api.cerbos.dev/v1\n'

/** What may stand in each file: right, wrong, doubtful, switched off, nothing at all. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  'roles.yaml': [
    `${HEAD}derivedRoles: {name: common, definitions: [{name: owner, parentRoles: [user], condition: {match: {expr: R.attr.owner == P.id}}}]}\n`,
    `${HEAD}derivedRoles: {name: common, definitions: [{name: owner, parentRoles: [user]}, {name: other, parentRoles: [user]}]}\n`,
    `${HEAD}derivedRoles: {name: common, definitions: [{name: owner, parentRoles: [user], condition: {match: {expr: 1 +}}}]}\n`,
    `${HEAD}derivedRoles: {name: common, variables: {import: [shared]}, definitions: [{name: owner, parentRoles: [user], condition: {match: {expr: V.is_own}}}]}\n`,
  ],
  'shared.yaml': [
    `${HEAD}exportVariables: {name: shared, definitions: {is_own: R.attr.owner == P.id}}\n`,
    `${HEAD}exportVariables: {name: shared, definitions: {is_own: R.attr.owner == P.id && C.most > 1, other: 'true'}}\n`,
    `${HEAD}exportVariables: {name: shared, definitions: {is_own: R.attr.author == P.id}}\n`,
    `${HEAD}exportVariables: {name: shared, definitions: {is_own: R.attr.}}\n`,
    `disabled: true\n${HEAD}exportVariables: {name: shared, definitions: {is_own: 'true'}}\n`,
  ],
  'constants.yaml': [
    `${HEAD}exportConstants: {name: limits, definitions: {most: 10}}\n`,
    `${HEAD}exportConstants: {name: limits, definitions: {least: 1}}\n`,
  ],
  'document.yaml': [
    `${HEAD}resourcePolicy: {resource: document, version: default, importDerivedRoles: [common], rules: [{actions: [view], effect: EFFECT_ALLOW, derivedRoles: [owner]}]}\n`,
    `${HEAD}resourcePolicy: {resource: document, version: default, rules: [{actions: [view], effect: EFFECT_DENY, roles: [user]}]}\n`,
    `${HEAD}resourcePolicy: {resource: document, version: default, rules: [{actions: [view], effect: ALLOW, roles: [user]}]}\n`,
    `${HEAD}resourcePolicy: {resource: document, version: default, schemas: {resourceSchema: {ref: 'cerbos:///document.json'}}, rules: []}\n`,
    `disabled: true\n${HEAD}resourcePolicy: {resource: document, version: default, rules: []}\n`,
    'resourcePolicy: [\n',
  ],
  'acme.yaml': [
    `${HEAD}resourcePolicy: {resource: document, version: default, scope: acme, rules: []}\n`,
    `${HEAD}resourcePolicy: {resource: document, version: default, scope: acme, importDerivedRoles: [common], constants: {import: [limits]}, variables: {import: [shared]}, rules: [{actions: [view], effect: EFFECT_ALLOW, derivedRoles: [owner], condition: {match: {expr: V.is_own && R.attr.size < C.most}}}]}\n`,
    '# nothing yet\n',
  ],
  'maya.yaml': [
    `${HEAD}principalPolicy: {principal: maya, version: default, variables: {import: [shared]}, rules: [{resource: document, actions: [{action: view, effect: EFFECT_ALLOW, condition: {match: {expr: V.is_own}}}]}]}\n`,
    `${HEAD}principalPolicy: {principal: maya, version: default, scope: acme, rules: [{resource: folder, actions: [{action: view, effect: EFFECT_ALLOW}]}]}\n`,
  ],
  'clerk.yaml': [
    `${HEAD}rolePolicy: {role: clerk, scope: acme, constants: {import: [limits]}, rules: [{resource: document, allowActions: [view], condition: {match: {expr: R.attr.size < C.most}}}]}\n`,
  ],
  '_schemas/document.json': [
    '{"type": "object"}',
    '{"type": "object", "$ref": "cerbos:///part.json"}',
    '{',
  ],
  '_schemas/part.json': ['{"required": ["owner"]}', 'true'],
}

interface State {
  readonly texts: Readonly<Record<string, string | undefined>>
  /** Below `moved/` are the policies that have another path. */
  readonly moved: readonly string[]
  readonly options: CompileOptions
}

const state: fc.Arbitrary<State> = fc.record({
  texts: fc.record(
    Object.fromEntries(
      Object.entries(TEXTS).map(([path, texts]) => [path, fc.constantFrom(undefined, ...texts)]),
    ),
  ),
  moved: fc.subarray(Object.keys(TEXTS).filter((path) => !path.startsWith('_'))),
  options: fc.constantFrom<CompileOptions>(
    {},
    { compat: 'cerbos', invalidSchemas: 'ignore' },
    { lenientScopeSearch: true },
  ),
})

/** Mostly one file is edited, which is another path through what is kept than many at once. */
const edits = fc.array(
  fc.oneof(
    { arbitrary: fc.constantFrom(...Object.keys(TEXTS)), weight: 4 },
    { arbitrary: fc.constant('all'), weight: 1 },
  ),
  { minLength: 2, maxLength: 12 },
)

function filesOf({ texts, moved }: State): readonly SourceFile[] {
  return Object.entries(texts).flatMap(([path, text]) =>
    text === undefined ? [] : [{ path: moved.includes(path) ? `moved/${path}` : path, text }],
  )
}

/** What compiling came to; of the functions in it, what they say of themselves or do. */
function comparable({ policySet, diagnostics, disabled }: CompiledPolicies): unknown {
  const plain = JSON.stringify(policySet ?? null, (_, value: unknown) => {
    if (value instanceof Map) return [...value]
    if (typeof value === 'bigint') return String(value)
    if (!isSchema(value)) return value
    const loaded = value.load()
    return { ...value, loaded: loaded.ok ? loaded.validate({}) : loaded }
  })
  return { policySet: JSON.parse(plain), diagnostics, disabled }
}

function isSchema(value: unknown): value is { load(): LoadedSchema } {
  return typeof value === 'object' && value !== null && 'load' in value
}

test('compiles each set of files as if it were the first', () => {
  const sets = new Set<string>()
  fc.assert(
    fc.property(fc.array(state, { minLength: 3, maxLength: 3 }), edits, (states, edited) => {
      const compile = createPolicyCompiler()
      let [now] = states as [State, ...State[]]
      const check = (): void => {
        const compiled = comparable(compile(filesOf(now), now.options))
        expect(compiled).toEqual(comparable(compilePolicies(filesOf(now), now.options)))
        sets.add(JSON.stringify(compiled))
      }
      check()
      for (const [at, path] of edited.entries()) {
        const next = states[at % states.length] ?? now
        now = path === 'all' ? next : { ...now, texts: { ...now.texts, [path]: next.texts[path] } }
        check()
      }
    }),
  )
  expect(sets.size).toBeGreaterThan(100)
})

describe('what an edit has to do with', () => {
  const start = { 'roles.yaml': 3, 'document.yaml': 0, 'shared.yaml': 0, 'maya.yaml': 0 }
  /** Who is linked anew when one of these files gets another of its texts. */
  test.each([
    { edit: { 'shared.yaml': 2 }, anew: ['document', 'maya'] },
    { edit: { 'roles.yaml': 0 }, anew: ['document'] },
    { edit: { 'maya.yaml': 1 }, anew: ['maya'] },
    { edit: { 'clerk.yaml': 0, 'constants.yaml': 0 }, anew: ['clerk'] },
    { edit: {}, anew: [] },
  ])('$edit', ({ edit, anew }) => {
    const compile = createPolicyCompiler()
    const linked = (chosen: Readonly<Record<string, number>>): ReadonlySet<LinkedPolicy> => {
      const files = Object.entries(chosen).map(([path, at]) => {
        return { path, text: TEXTS[path]?.[at] ?? '' }
      })
      const { policySet, diagnostics } = compile(files, { lenientScopeSearch: true })
      expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
      return new Set(policySet?.policies)
    }
    const before = linked(start)
    const after = [...linked({ ...start, ...edit })].filter((policy) => !before.has(policy))
    expect(after.map(({ key }) => key.split('.')[1])).toEqual(anew)
  })
})

test('a file that moves is found at its new place', () => {
  const compile = createPolicyCompiler()
  const text = 'resourcePolicy: [\n'
  compile([{ path: 'a.yaml', text }])
  const { diagnostics } = compile([{ path: 'b.yaml', text }])
  expect(diagnostics.map(({ file }) => file)).toEqual(['b.yaml'])
})
