import { describe, expect, test } from 'vitest'

import { COMPILE_AREA } from './areas/compile.ts'
import { findCerbos } from './cerbos/binary.ts'
import { answerDifference } from './compile/answer.ts'
import type { CaseFile } from './compile/compile-case.ts'
import { TOKEN } from './compile/folder.ts'
import { generateCase, MISTAKES, STYLE_FEATURES } from './compile/generate.ts'
import { PLANTS, plantedAnswer } from './compile/plants.ts'
import { smallerCases } from './compile/smaller.ts'
import { runDifferential } from './run.ts'

describe('the generator of policy folders', () => {
  test('a seed and an index make the same case each time', () => {
    for (const index of [0, 1, 77, 4000]) {
      expect(generateCase(1, index)).toEqual(generateCase(1, index))
      expect(generateCase(1, index)).not.toEqual(generateCase(2, index))
    }
  })

  test('every mistake and style has its turn', () => {
    const made = new Set<string>()
    for (let index = 0; index < 3000; index += 1) {
      for (const name of generateCase(1, index).made) made.add(name)
    }
    expect([...MISTAKES, ...STYLE_FEATURES].filter((name) => !made.has(name))).toEqual([])
  })

  test('what has a name has the token of its case in it, or is asked alone', () => {
    for (let index = 0; index < 500; index += 1) {
      const { files, alone } = generateCase(3, index)
      if (alone) continue
      for (const { path } of files) expect(path).toContain(TOKEN)
    }
  })

  test('smaller cases are smaller, and end', () => {
    let each = generateCase(1, 1234)
    const size = (files: readonly CaseFile[]): number =>
      files.reduce((sum, { text }) => sum + text.length + 1, 0)
    for (let step = 0; step < 1000; step += 1) {
      const [smaller] = smallerCases(each)
      if (smaller === undefined) return
      expect(size(smaller.files)).toBeLessThan(size(each.files))
      each = smaller
    }
    throw new Error('cases get smaller for ever')
  })
})

const HEAD = 'apiVersion: api.cerbos.dev/v1\n'
const RULE = '{actions: [view], effect: EFFECT_ALLOW, roles: [user]}'
const VARIABLES = `${HEAD}exportVariables: {name: flags, definitions: {small: "true"}}\n`
const ROLES = `${HEAD}derivedRoles: {name: common, definitions: [{name: owner, parentRoles: [user]}]}\n`

/** A resource policy with fields besides its name, and with rules. */
const policy = (fields: string, rules = `[${RULE}]`): string =>
  `${HEAD}resourcePolicy: {resource: document, version: default${fields}, rules: ${rules}}\n`
const principal = (rules: string): string =>
  `${HEAD}principalPolicy: {principal: maya, version: default, rules: ${rules}}\n`
const ruleWith = (fields: string): string => policy('', `[${RULE.slice(0, -1)}, ${fields}}]`)
const MAYA_RULE = '{resource: document, actions: [{action: view, effect: EFFECT_ALLOW}]}'
const NAMED = '{actions: [view], effect: EFFECT_ALLOW, roles: [user], name: one}'
const permissions = (name: string, value: string): string =>
  `${HEAD}resourcePolicy: {resource: ${name}, version: default, scopePermissions: ${value}}\n`

// Files that tell each bug apart; without them it would not be known whether it is there.
// biome-ignore format: a table
const REVEALING: Readonly<Record<string, readonly string[]>> = {
  'unknown-fields-pass': [policy(', colour: red')],
  'duplicate-keys-pass': [policy(', version: other')],
  'both-spellings-pass': [policy(', importDerivedRoles: [], import_derived_roles: []')],
  'two-kinds-pass': [`${policy('')}rolePolicy: {role: user, version: default}\n`],
  'effect-may-be-missing': [policy('', '[{actions: [view], roles: [user]}]')],
  'names-have-no-pattern': [policy(', scope: a b')],
  'lists-may-repeat': [policy('', '[{actions: [view, view], effect: EFFECT_ALLOW, roles: [user]}]')],
  'rule-for-nobody': [policy('', '[{actions: [view], effect: EFFECT_ALLOW}]')],
  'rule-names-may-repeat': [policy('', `[${NAMED}, ${NAMED}]`)],
  'resources-may-repeat': [principal(`[${MAYA_RULE}, ${MAYA_RULE}]`)],
  'empty-list-of-conditions': [ruleWith('condition: {match: {all: {of: []}}}')],
  'imports-may-be-missing': [policy(', importDerivedRoles: [nothing]')],
  'scopes-need-no-parents': [policy(', scope: acme')],
  'last-definition-wins': [policy(''), policy('')],
  'scope-permissions-unchecked': [permissions('a', '1'), permissions('b', '1'), permissions('c', '2')],
  'cycles-pass': [policy(', variables: {local: {a: V.a}}')],
  'redefinitions-pass': [VARIABLES, policy(', variables: {import: [flags], local: {small: "true"}}')],
  'undefined-variables-pass': [ruleWith('condition: {match: {expr: V.nothing}}')],
  'derived-roles-unchecked': [ROLES, policy(', importDerivedRoles: [common]', '[{actions: [view], effect: EFFECT_ALLOW, derivedRoles: [other]}]')],
  'first-derived-role-wins': [ROLES, ROLES.replace('common', 'twin'), policy(', importDerivedRoles: [common, twin]', '[{actions: [view], effect: EFFECT_ALLOW, derivedRoles: [owner]}]')],
  'schemas-not-loaded': [policy(', schemas: {resourceSchema: {ref: "cerbos:///nothing.json"}}')],
  'scripts-pass': [ruleWith('condition: {script: "true"}')],
  'any-variable-name': [policy(', variables: {local: {in: "true"}}')],
  'disabled-counts-for-nothing': [`disabled: true\n${policy('', '[{actions: [view], effect: EFFECT_ALLOW}]')}`],
  'yaml-1.1-octals': [`${HEAD}resourcePolicy: {resource: document, version: 017, scope: acme}\n`],
  'effects-in-any-case': [policy('', '[{actions: [view], effect: EFFECT_allow, roles: [user]}]')],
  'only-one-document-read': [`${policy('')}---\n${VARIABLES}`],
  'columns-from-0': [policy(', variables: 1')],
  'paths-without-numbers': [ruleWith('condition: {match: {expr: "1 +"}}')],
}

describe('planted bugs', () => {
  const filesOf = (texts: readonly string[]): CaseFile[] =>
    texts.map((text, index) => ({ path: `${index}.yaml`, text }))

  test('there are at least 20, each with files that reveal it', () => {
    expect(PLANTS.length).toBeGreaterThanOrEqual(20)
    expect(Object.keys(REVEALING).sort()).toEqual(PLANTS.map(({ name }) => name).sort())
  })

  test.each(Object.entries(REVEALING))('%s shows', (name, texts) => {
    const shows = (files: readonly CaseFile[]): boolean =>
      answerDifference(plantedAnswer(files, name), plantedAnswer(files, undefined)) !== undefined
    expect(shows(filesOf(texts))).toBe(true)
    expect(shows(filesOf([VARIABLES, ROLES, policy(''), principal(`[${MAYA_RULE}]`)]))).toBe(false)
  })
})

// The real Cerbos is there on the platforms for which npm has it.
describe.skipIf('missing' in findCerbos())('with the real Cerbos', () => {
  const run = async (...options: readonly string[]) => {
    const lines: string[] = []
    const args = ['--area', 'compile', '--seed', '1', ...options]
    const print = (line: string): void => void lines.push(line)
    const code = await runDifferential({ args, areas: [COMPILE_AREA], print })
    return { code, printed: lines.join('\n') }
  }

  test('the two agree on some folders', { timeout: 240_000 }, async () => {
    const { printed } = await run('--cases', '60')
    expect(printed).toMatch(/differential compile: 60 agree, 0 differ/)
  })

  test('a planted bug is found and shown', { timeout: 240_000 }, async () => {
    const { code, printed } = await run('--cases', '200', '--plant', 'unknown-fields-pass')
    expect(printed).toMatch(/planted unknown-fields-pass: found/)
    expect(printed).toContain('Cerbos: ')
    expect(code).toBe(1)
  })
})
