import { describe, expect, test } from 'vitest'

import { findCerbos } from '../cerbos/binary.ts'
import { answerDifference, type CompileAnswer, findingText } from './answer.ts'
import { openCerbosOracle } from './cerbos-oracle.ts'
import type { CompileCase } from './compile-case.ts'
import { TOKEN } from './folder.ts'
import { KNOWN } from './known.ts'
import { plantedAnswer } from './plants.ts'

const HEAD = 'apiVersion: api.cerbos.dev/v1\n'
const CONSTANTS = `${HEAD}exportConstants:\n  name: ${TOKEN}\n  definitions:\n`

function rule(fields: string): string {
  return `${HEAD}resourcePolicy: {resource: ${TOKEN}, version: default, rules: [{roles: [user], ${fields}}]}\n`
}

function schema(ref: string): string {
  return `${HEAD}resourcePolicy: {resource: ${TOKEN}, version: default, schemas: {principalSchema: {ref: "${ref}"}}}\n`
}

/** What YAML has in one way and Cerbos's parser in another, or not at all. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  'a colon in a flow mapping ends no address and no value': [
    rule('actions: [http://a], effect: EFFECT_ALLOW'),
    rule('actions: [a], effect: a:b'),
    `${CONSTANTS}    a: {b:# c}\n`,
    `${CONSTANTS}    a: {b:'c}\n`,
    `${CONSTANTS}    a: {b:@c}\n`,
    `${CONSTANTS}    a: {b: [c, -"d:*"]}\n`,
  ],
  'tabs in double quotes swallow what follows': [
    `${HEAD}exportConstants:\n  description: "a\tb"\n  name: ${TOKEN}\n`,
    `${CONSTANTS}    a: ["b\tc", d]\n`,
    `${CONSTANTS}    a: ["b\tc" , d]\n`,
    `${CONSTANTS}    a: "b\tc"\n`,
  ],
  'keys are names everywhere': [
    `${CONSTANTS}    a: {1: b}\n`,
    `${CONSTANTS}    a:\n      - true: b\n`,
    `${HEAD}metadata: {sourceAttributes: {attributes: {a: {1.5: b}}}}\nexportConstants: {name: ${TOKEN}}\n`,
  ],
  'a quotation has an end': [
    `${HEAD}description: "a\\"\n"exportConstants":\n  name: ${TOKEN}\n`,
    `${HEAD}description: 'a''\n'exportConstants':\n  name: ${TOKEN}\n`,
  ],
  'a repeated key comes before a mistake of syntax below it': [
    `a: 1\na: 2\nb: [\n`,
    `a: 1\na: 2\nb: c: d\n`,
    `a: 1\nb: [}\na: 2\n`,
  ],
  'what the parser finds comes before there being another document': [
    'a: {b: ! && c}\n---\nd: e\n',
    'a: b\n---\nc: ! && d\n',
    'a: b\n---\nc: d\nc: e\n',
    'a: b\na: c\n---\nd: [\n',
    'a: {\tb: c}\n---\nd: e\n',
    '%YAML 1.2\n---\na: ! && b\n',
    '\uFEFFa: ! && b\n',
    '\uFEFFa: b\nc: d\nc: e\n',
  ],
  'a value that is no scalar as expected stands behind its anchor and tag': [
    rule('actions: [a], effect: !!int ALLOW'),
    rule('actions: [a], effect: &e ALLOW'),
    rule('actions: [a, !!str 2.5], effect: EFFECT_ALLOW'),
    rule('actions: [&a {b: c}], effect: EFFECT_ALLOW'),
    rule('actions: [a], effect: EFFECT_ALLOW, condition: {match: {expr: !x\n  a: b}}'),
    `${HEAD}disabled: !!int 1\nexportConstants: {name: ${TOKEN}}\n`,
    `${HEAD}metadata: {hash: &h a}\nexportConstants: {name: ${TOKEN}}\n`,
    `${HEAD}metadata: {sourceAttributes: {attributes: {a: [&b .inf]}}}\nexportConstants: {name: ${TOKEN}}\n`,
    `${HEAD}metadata: {annotations: {a: &b {c: d}}}\nexportConstants:\n  name: &n\n    <<: *b\n`,
  ],
  'a value that is no scalar as expected stands where its anchor is': [
    `${HEAD}metadata: {annotations: {a: &b c}}\ndisabled: *b\nexportConstants: {name: ${TOKEN}}\n`,
    `${HEAD}metadata: {annotations: {a: &b c}, hash: *b }\nexportConstants: {name: ${TOKEN}}\n`,
  ],
  'a value that is no collection stands at its anchor, tag or alias': [
    `${HEAD}exportConstants: &a [b]\n`,
    `${HEAD}exportConstants: {name: ${TOKEN}, definitions: !a b}\n`,
    `${HEAD}metadata: {annotations: {a: &b c}}\nexportConstants: {name: ${TOKEN}, definitions: *b }\n`,
    rule('actions: [a], effect: EFFECT_ALLOW, condition: !a [b]'),
    rule('actions: &a {b: c}, effect: EFFECT_ALLOW'),
  ],
  'tabs in double quotes swallow the colon behind a key': [
    '"a\tb": c\n',
    '{"\ta": b}\n',
    'a:\n - "\tb": c\n',
    '"a\t": b\n',
    "'a\tb': c\n",
  ],
  'within brackets a tag has a value': [`${CONSTANTS}    a: {b: !c , d: e}\n`, 'a: [!b ]\n'],
  'a tag that a file ends with needs no value': [`${CONSTANTS}    a: !!str # b\n`, 'a: !b\n'],
  'merges come before all else in their mapping': [
    `${HEAD}resourcePolicy:\n  rules: x\n  <<: [a]\n`,
    `${HEAD}resourcePolicy:\n  rules: [{effect: x, <<: 1}]\n  <<: [a]\n`,
    `${HEAD}resourcePolicy:\n  rules: [{effect: x, <<: 1}]\n  scope: []\n`,
    `${HEAD}resourcePolicy:\n  rules: [{roles: [[]]}, {effect: x, <<: 1}]\n`,
    `${HEAD}metadata: {annotations: {a: 1.5, <<: 1}}\nresourcePolicy: {scope: []}\n`,
    `${HEAD}exportVariables:\n  name: a\n  definitions: {a: 1.5, <<: [b]}\n`,
    `${HEAD}variables: {a: 1.5, <<: [b]}\nresourcePolicy: {}\n`,
    `${HEAD}resourcePolicy: {variables: {local: 1, <<: [b]}}\n`,
    `${HEAD}colour: red\nresourcePolicy: {}\n<<: []\n`,
  ],
  'a tag that YAML does not have makes a text': [
    ...[
      '!x true',
      '!x\n  true',
      '! 1',
      '!!x null',
      '!<x> 0x1F',
      '!!int 1',
      '!!str true',
      '!x &a 1',
      '!x # b\n  true',
    ].map((value) => `${HEAD}disabled: ${value}\nexportConstants: {name: ${TOKEN}}\n`),
    `${HEAD}metadata: {annotations: {a: !x 1.5, b: ! .inf, c: !!y .nan}}\nexportConstants: {name: ${TOKEN}}\n`,
    `${HEAD}metadata: {annotations: {a: !!str 1.5}}\nexportConstants: {name: ${TOKEN}}\n`,
  ],
  'a text within brackets goes on in lines that are further in than the last key': [
    'a: {b: c\n     d}\n',
    '{a: b\n  c}\n',
    'a: [b\n c]\n',
    '{"a": {"b": [1\n         &    ],\n  }}\n',
  ],
  'every expression of an output compiles': [
    rule(
      'actions: [a], effect: EFFECT_ALLOW, output: {expr: R.owner, when: {ruleActivated: "true"}}',
    ),
    rule(
      'actions: [a], effect: EFFECT_ALLOW, output: {expr: V.x, when: {ruleActivated: V.y, conditionNotMet: V.z}}',
    ),
    rule('actions: [a], effect: EFFECT_ALLOW, output: {expr: "1 +", when: {}}'),
  ],
  'a `#` begins a comment behind quotations and brackets, but not behind the beginning of a block':
    [
      '|# a\n',
      'a: |# b\n  c\n',
      'a: |\n  b\nc: >#d\n  e\n',
      'a: |-# b\n  c\n',
      'a: "b|"# c\n',
      'a: [b]# c\n',
    ],
  'an empty text is no policy': ['""\n', "''\n", '|\n', '--- >-\n'],
  'a reference has no control characters': [
    schema('cerbos:///a b.json\\n'),
    schema('a\\tb'),
    schema('cerbos:///a?b\\x7f'),
    schema('cerbos:///a#b\\n'),
  ],
  'own fields win over merged ones': [
    rule(
      "actions: [a], effect: EFFECT_ALLOW, condition: {match: &m {expr: 'true'}}}, {roles: [user], actions: [b], effect: EFFECT_DENY, condition: {match: {<<: *m, all: {of: [{expr: 'P.id == R.id'}]}}}",
    ),
  ],
}

/** What Cerbos's parser takes that is no YAML, or takes in another way, or not at all. */
const KNOWN_TEXTS: Readonly<Record<string, readonly string[]>> = {
  'what is below an item without a value': [
    '- &a\nb: c\n',
    'a:\n  - &b # c\n\n  "d": e\n',
    '- !a\n{b: c}\n',
  ],
  'a pair behind a question mark': ['a:\n? b: |\n', 'a: b\n?   c: d\n'],
  'what is behind a tag': [
    'resourcePolicy:\n  rules:\n  - actions:\n    - !a\n    - b\n',
    'apiVersion: !a # b\nc: d\n',
  ],
  'lines of brackets that are not indented': ['a: {b: \nc, d: [\ne]}\n'],
  'a block of blank lines above a comment': ['a:\n  b: >\n     \n# c\n', 'a: |\n\n# b\nc: d\n'],
  'blank lines that are further in': ['a: |\n   \n  b\n'],
  'lines within brackets that are not further in than the last key': [
    'a: {b: c\n  d}\n',
    'a: [{b: c}, d\n\n     e]\n',
    '{"a": {"b": [1\n  &    ],\n  }}\n',
    '{\n  "a": 1\n  &\n}\n',
    '{"a": {"b": 1\n  |    }}\n',
    'a:\n  - {b: P.id == 1\n     && c}\n',
  ],
  'colons within brackets on the line below': [
    'a: ["b"\n  : c]\n',
    '{"a": {"b": 1\n  :    }}\n',
    'a: {b\n  : c}\n',
  ],
  'indicators within brackets': [
    ...[
      '[-]',
      '[-, b]',
      '{b: -}',
      '{b: -, c: d}',
      '[b, -]',
      '[?]',
      '[:, b]',
      '{b: ?}',
      '{b: :}',
    ].map((text) => `a: ${text}\n`),
    'a: ?\n',
  ],
  'blanks before a directive': ['  %YAML 1.2\n---\na: b\n', '\t%YAML 1.2\n---\na: b\n'],
  'keys below an empty item': ['rolePolicy:\r\n  parentRoles:\r\n  -\r\n  role: a\r\n'],
  'the path of an aliased value': [
    `${HEAD}resourcePolicy: {resource: ${TOKEN}, version: default, constants: {local: &a {b: null}}, variables: {local: *a }}\n`,
  ],
  'a wildcard that makes Cerbos fail at requests': [
    `${HEAD}rolePolicy: {role: ${TOKEN}, rules: [{resource: ${TOKEN}, allowActions: ["x{"]}]}\n`,
  ],
  'a file that is one text': ['|\n"a": b\n', '# a\n|\nb: c\n'],
}

/** Cerbos has a mapping where YAML has a text. */
test.each([
  rule('actions: [view:public], effect: EFFECT_ALLOW'),
  rule('actions: [a, view:public:all], effect: EFFECT_ALLOW'),
  rule('actions: [a], effect:EFFECT_ALLOW'),
  `${CONSTANTS}    a: {max:5}\n`,
])('what a colon in brackets ends is refused: %s', (text) => {
  const { findings } = plantedAnswer([{ path: `${TOKEN}/file.yaml`, text }], undefined)
  expect(findings.map(findingText).join()).toMatch(/\[syntax\] $/)
})

describe.skipIf('missing' in findCerbos())('as the real Cerbos', () => {
  test.each(Object.entries(TEXTS))('%s', { timeout: 60_000 }, async (_name, texts) => {
    for (const { each, ours, theirs } of await answersTo(texts.map((text) => [text]))) {
      expect(answerDifference(ours, theirs), toldOf(each, theirs)).toBe(undefined)
    }
  })
})

describe.skipIf('missing' in findCerbos())('otherwise than the real Cerbos, as is known', () => {
  test.each(Object.entries(KNOWN_TEXTS))('%s', { timeout: 60_000 }, async (_name, texts) => {
    for (const { each, ours, theirs } of await answersTo(texts.map((text) => [text]))) {
      expect(answerDifference(ours, theirs), toldOf(each, theirs)).not.toBe(undefined)
      expect(isKnown(each, ours, theirs), toldOf(each, theirs)).toBe(true)
    }
  })

  test('where a value is left out at the end, also where it is cited', {
    timeout: 60_000,
  }, async () => {
    const set = (name: string, more: string): string =>
      `${HEAD}exportVariables:\n  name: ${name}_${TOKEN}\n  definitions:\n    ${more}`
    const files = [
      set('one', 'a: "1"\n    b:\n'),
      set('two', 'b: "1"\n'),
      `${HEAD}resourcePolicy: {resource: ${TOKEN}, version: default, variables: {import: [one_${TOKEN}, two_${TOKEN}]}}\n`,
    ]
    const [answer] = await answersTo([files])
    expect(answer && isKnown(answer.each, answer.ours, answer.theirs)).toBe(true)
  })

  test('what only a policy imports of which the schemas are not found', {
    timeout: 60_000,
  }, async () => {
    const set = `${HEAD}exportVariables: {name: ${TOKEN}, definitions: {a: "1 +"}}\n`
    const policy = (name: string, more: string): string =>
      `${HEAD}resourcePolicy: {resource: ${name}_${TOKEN}, version: default, variables: {import: [${TOKEN}]}${more}}\n`
    const ended = policy('a', ', schemas: {principalSchema: {ref: "cerbos:///b"}}')
    const [alone, beside] = await answersTo([
      [set, ended],
      [set, ended, policy('c', '')],
    ])
    expect(alone && answerDifference(alone.ours, alone.theirs)).toBe('kinds')
    expect(alone && isKnown(alone.each, alone.ours, alone.theirs)).toBe(true)
    expect(beside && answerDifference(beside.ours, beside.theirs)).toBe(undefined)
    const lacking = { findings: beside?.theirs.findings.slice(0, 1) ?? [] }
    expect(beside && isKnown(beside.each, beside.ours, lacking)).toBe(false)
  })

  test('what only a policy above a gap imports', { timeout: 60_000 }, async () => {
    const resource = (more: string): string =>
      `${HEAD}resourcePolicy: {resource: ${TOKEN}, version: default, ${more}}\n`
    const roles = `${HEAD}derivedRoles: {name: roles_${TOKEN}, definitions: [{name: a, parentRoles: [b], condition: {match: {expr: "1 +"}}}]}\n`
    const role = (pattern: string): string =>
      `${HEAD}rolePolicy: {role: ${TOKEN}, scope: a, rules: [{resource: "${pattern}", allowActions: [b]}]}\n`
    const root = resource('rules: []')
    const policy = resource(`scope: a.b, importDerivedRoles: [roles_${TOKEN}]`)
    const inGap = [root, policy, roles, role(`${TOKEN.slice(0, -1)}*`)]
    const imported = [...inGap, resource(`scope: a, importDerivedRoles: [roles_${TOKEN}]`)]
    const [gap, filled] = await answersTo([inGap, imported])
    expect(gap && answerDifference(gap.ours, gap.theirs)).toBe('only refused here')
    expect(gap && isKnown(gap.each, gap.ours, gap.theirs)).toBe(true)
    expect(filled && answerDifference(filled.ours, filled.theirs)).toBe(undefined)
    expect(filled && isKnown(filled.each, filled.ours, { findings: [] })).toBe(false)
  })
})

interface Answers {
  readonly each: CompileCase
  readonly ours: CompileAnswer
  readonly theirs: CompileAnswer
}

/** What both sides say about folders with these files. */
async function answersTo(folders: readonly (readonly string[])[]): Promise<readonly Answers[]> {
  const oracle = await openCerbosOracle()
  try {
    const cases = folders.map((texts): CompileCase => {
      const files = texts.map((text, i) => ({ path: `${TOKEN}/file${i}.yaml`, text }))
      return { files, made: [], fields: [], alone: texts.length > 1 }
    })
    const answers = await oracle.ask(cases)
    return cases.map((each, i) => {
      const ours = plantedAnswer(each.files, undefined)
      return { each, ours, theirs: answers[i] as CompileAnswer }
    })
  } finally {
    await oracle.close()
  }
}

function isKnown(each: CompileCase, ours: CompileAnswer, theirs: CompileAnswer): boolean {
  return KNOWN.some((known) => known.applies(each, ours, theirs))
}

function toldOf({ files }: CompileCase, { findings }: CompileAnswer): string {
  return [files[0]?.text, ...findings.map(findingText)].join('\n')
}
