import { type Finding, findingText, SYNTAX } from './answer.ts'
import { openCerbosOracle } from './cerbos-oracle.ts'
import { TOKEN } from './folder.ts'

/** Questions to the real Cerbos, each of which shows something odd that it does. */
export const PROBES = {
  panics: () => asks(`${HEAD}---\n`, ({ kinds }) => kinds.includes('crash')),

  permissionsWithoutName: () => asks(policy('scopePermissions: 7'), ({ kinds }) => !kinds[0]),

  commentsCountTwice: () =>
    asks('# a comment\r\ncolour: red\r\n', ({ texts }) => texts[0]?.includes(':3:1 ') === true),

  bracketsAreNoDocument: () => asks('}\n', ({ kinds }) => kinds[0] === 'no policy'),

  quotationsNeedNoIndentation: () =>
    asks("colour: 'a\nb'\n", ({ kinds }) => kinds[0] === 'unknown field'),

  aliasesHaveThePathOfTheirAnchor: () =>
    asks(
      policy(`variables: {import: &names [${TOKEN}]}, constants: {import: *names}`),
      ({ texts }) => texts.length === 2 && texts.every((text) => text.includes('.variables.')),
    ),

  anchorsKeepTheirOldMeaning: () =>
    asks('a: &x {b: 1}\nc: &x\n  <<: *x\n', ({ kinds }) => kinds.join() === 'unknown field'),

  quotesAfterEmptyBlocks: async () => {
    const rules = (text: string): string => `resourcePolicy:\n  rules:\n${text}`
    const match = (text: string): string =>
      rules(`  - condition:\n      match:\n        any:\n          of:\n${text}`)
    const inner =
      '          - all:\n              of:\n              - expr: >-\n                    \n'
    return (
      (await asks(
        rules('    - name: |-\n         \n      "actions": []\n'),
        ({ texts }) => texts[0]?.includes(String.raw`unknown field "\"actions\""`) === true,
      )) &&
      asks(
        match(`${inner}          - expr: "a"\n`),
        ({ texts }) => texts[0]?.includes('unknown field "- expr"') === true,
      )
    )
  },

  itemsAtTheEndMove: () =>
    asks(
      `${HEAD}rolePolicy:\n  role: ${TOKEN}\n  rules: []\n  parentRoles:\n    -\n`,
      ({ texts }) => texts[0]?.includes(':6:7 ') === true,
    ),

  tagsAreValues: () => asks('a: !1\nb: c\n', ({ texts }) => texts.length === 1),

  keysBelowLabels: () => asks('- &a\nb: c\n', ({ kinds }) => kinds[0] === 'no policy'),

  pairsAreKeys: () =>
    asks('? a: b\n', ({ texts }) => texts[0]?.includes('unexpected key type MappingKey') === true),

  blankLinesFurtherIn: () => asks('a: |\n   \n  b\n', ({ kinds }) => kinds[0] === 'unknown field'),

  blankBlocksBeforeComments: () => asks('a: |\n\n# b\n', ({ kinds }) => kinds[0] === SYNTAX),

  textsNeedIndentation: () => asks('|\na\n', ({ kinds }) => kinds[0] === SYNTAX),

  wildcardsFailLater: () =>
    asks(
      `${HEAD}rolePolicy: {role: ${TOKEN}, rules: [{resource: ${TOKEN}, allowActions: ["x{"]}]}\n`,
      ({ kinds }) => kinds.length === 0,
    ),

  policiesEndEarly: async () => {
    const variables = `${HEAD}exportVariables: {name: ${TOKEN}, definitions: {a: "1 +"}}\n`
    const roles = (name: string): string =>
      `${HEAD}derivedRoles: {name: ${TOKEN}${name}, definitions: [{name: a, parentRoles: [b]}]}\n`
    const importing = (rest: string): string => policy(`variables: {import: [${TOKEN}]}, ${rest}`)
    const rule = '{actions: [a], effect: EFFECT_ALLOW, derivedRoles: [a]}'
    const ambiguous = `importDerivedRoles: [${TOKEN}1, ${TOKEN}2], rules: [${rule}]`
    return (
      (await asks(
        [variables, importing('schemas: {principalSchema: {ref: "cerbos:///a"}}')],
        ({ kinds }) => kinds.join() === 'invalid schema',
      )) &&
      asks(
        [variables, roles('1'), roles('2'), importing(ambiguous)],
        ({ kinds }) => kinds.join() === 'ambiguous derived role',
      )
    )
  },

  directoriesAreRead: () =>
    asks(
      policy('rules: [], schemas: {principalSchema: {ref: ".."}}'),
      ({ texts }) => texts[0]?.includes('is a directory') === true,
    ),

  keysBelowEmptyItems: () =>
    asks(
      `${HEAD}rolePolicy:\n  parentRoles:\n  -\n  role: ${TOKEN}\n`,
      ({ texts }) => texts[0]?.includes('got Mapping') === true,
    ),

  otherBracketsAreText: () => asks('a: {b: c]d}\n', ({ kinds }) => kinds[0] === 'unknown field'),

  tabsBeforeQuotedKeys: () => asks('- \t"a": b\n', ({ kinds }) => !kinds.includes(SYNTAX)),

  flowsNeedNoIndentation: () =>
    asks('colour: {\nname: red}\n', ({ kinds }) => kinds[0] === 'unknown field'),

  indicatorsAreText: async () =>
    (await asks('a: [-, b, ?, :]\n', ({ kinds }) => kinds[0] === 'unknown field')) &&
    asks('a: ?\n', ({ kinds }) => kinds[0] === 'unknown field'),

  colonsAreText: async () =>
    (await asks('a: {b: c:, d: 1}\n', ({ kinds }) => kinds[0] === 'unknown field')) &&
    (await asks('a: {b: c d: 1}\n', ({ kinds }) => kinds[0] === 'unknown field')),

  percentSignsAreText: () => asks('a:\n  %b: 1\n', ({ kinds }) => kinds[0] === 'unknown field'),

  commasAreText: () => asks('a: ,b\n', ({ kinds }) => kinds[0] === 'unknown field'),

  escapesTakeAnyDigits: () => asks('a: "\\xZZ"\n', ({ kinds }) => kinds[0] === 'unknown field'),

  commasComeFirst: () => asks('a: {,b: 1}\n', ({ kinds }) => kinds[0] === 'unknown field'),

  tabsBelowBlocks: () =>
    asks('a:\n  b: |-\n    c\n\t', ({ kinds }) => kinds[0] === 'unknown field'),

  tabsFurtherIn: () => asks('a:\n  \tb: 1\n', ({ kinds }) => kinds[0] === 'unknown field'),

  colonsOnTheNextLine: async () =>
    (await asks('"a"\n: 1\n', ({ kinds }) => kinds[0] === 'unknown field')) &&
    asks('a: {"b": {"c": 1\n  : }}\n', ({ kinds }) => kinds[0] === 'unknown field'),

  colonsFollowKeys: () => asks('a: {b\n  : c}\n', ({ kinds }) => kinds[0] === SYNTAX),

  textsInPlaceOfKeys: async () =>
    (await asks('a:\nb', ({ kinds }) => kinds[0] === 'unknown field')) &&
    asks('a:\n  b:\n  -c d\ne: f\n', ({ kinds }) => kinds[0] === 'unknown field'),

  dashesInFlow: () => asks('a: [\n - b\n ]\n', ({ kinds }) => kinds[0] === 'unknown field'),

  colonsEndKeys: async () =>
    (await asks('a: {b:!c d}\n', ({ kinds }) => kinds[0] === 'unknown field')) &&
    asks(
      `${HEAD}resourcePolicy: {resource: ${TOKEN}, version:default, rules: []}\n`,
      ({ kinds }) => kinds.length === 0,
    ),

  tabsLoseLineBreaks: () => asks('a: [ "b\tc"\n ]\n', ({ kinds }) => kinds[0] === 'unknown field'),

  valuesAtTheEndMove: () =>
    asks(
      `${HEAD}resourcePolicy:\n  resource: ${TOKEN}\n  version: default\n  variables:\n    local:\n      a:\n`,
      ({ texts }) => texts[0]?.includes(':7:10 ') === true,
    ),

  noExpressionsAboveGaps: () =>
    asks(
      [
        policy('rules: []'),
        policy('scope: a.b, variables: {local: {x: "1 +"}}'),
        `${HEAD}rolePolicy: {role: ${TOKEN}, scope: a, rules: [{resource: ${TOKEN}, allowActions: [b]}]}\n`,
      ],
      ({ kinds }) => kinds.length === 0,
    ),

  blanksBeforeDirectives: async () =>
    (await asks('\t%YAML 1.2\n---\na: 1\n', ({ kinds }) => kinds[0] === 'several documents')) &&
    asks('  %YAML 1.2\n---\na: 1\n', ({ kinds }) => kinds[0] === 'several documents'),

  tabsBeforeFirstKeys: () => asks('\n\ta: 1\n', ({ kinds }) => kinds[0] === 'unknown field'),

  textsEndBeforeKeys: async () =>
    (await asks('a:\n  - b\n    - c: d\n', ({ kinds }) => kinds[0] === 'unknown field')) &&
    asks('a:\n  - b\n    - "c:*"\n    d:\n', ({ kinds }) => kinds[0] === 'unknown field'),

  dotsAreMistakes: () => asks('...:\n', ({ kinds }) => kinds[0] === SYNTAX),

  referencesAreParsed: () =>
    asks(
      policy('schemas: {principalSchema: {ref: "cerbo>s:///a"}}'),
      ({ texts }) => texts[0]?.endsWith('first path segment in URL cannot contain colon') === true,
    ),

  scannerComesFirst: () => asks('a: 1\na: 2\n@ c: d\n', ({ kinds }) => kinds[0] === SYNTAX),

  itemsInTextsAtTheEnd: () => asks('a:\n  - b\n    - c\n\n', ({ kinds }) => kinds[0] === SYNTAX),

  blankBlocksBeforeItems: async () =>
    (await asks('- b: >\n     \n- c: d\n', ({ kinds }) => kinds[0] === SYNTAX)) &&
    asks(
      'a:\n  - b:\n      - c: >-\n            \n  - d: 1\n  - e: 2\n',
      ({ kinds }) => kinds[0] === SYNTAX,
    ),

  tabsAreMistakes: () => asks(`${HEAD}\t\n${policy('')}`, ({ kinds }) => kinds[0] === SYNTAX),

  anchorsNeedValues: () => asks('a: {b: &x }\n', ({ kinds }) => kinds[0] === SYNTAX),

  linesEndTexts: async () =>
    (await asks('a: {b: c\n    d}\n', ({ kinds }) => kinds[0] === SYNTAX)) &&
    asks('a: {b: c\n     d}\n', ({ kinds }) => kinds[0] === 'unknown field'),

  commentsBehindBrackets: () => asks('{a: 1}\n# x\n', ({ kinds }) => kinds[0] === SYNTAX),

  commentsBeforeBrackets: async () =>
    (await asks('a: [b\n #x\n ]\n', ({ kinds }) => kinds[0] === SYNTAX)) &&
    asks('a: {\n #x\n }\n', ({ kinds }) => kinds[0] === SYNTAX),

  blocksNeedText: () => asks('a:\n  b: |+\n  c: d\n', ({ kinds }) => kinds[0] === SYNTAX),

  keysHaveNoTags: () =>
    asks(
      `${HEAD}resourcePolicy: {!a resource: ${TOKEN}}\n`,
      ({ texts }) => texts[0]?.includes('unexpected key type Tag') === true,
    ),

  questionMarksAreMistakes: () => asks('a: [b, ? c]\n', ({ kinds }) => kinds[0] === SYNTAX),

  bareKeys: () => asks('a: {b: [c:]}\n', ({ kinds }) => kinds[0] === SYNTAX),

  starsAreAliases: () =>
    asks('* a: 1\n', ({ texts }) => texts[0]?.includes('unexpected key type Alias') === true),
}

const HEAD = 'apiVersion: api.cerbos.dev/v1\n'

function policy(fields: string): string {
  return `${HEAD}resourcePolicy: {resource: ${TOKEN}, version: default, ${fields}}\n`
}

interface Told {
  readonly kinds: readonly string[]
  readonly texts: readonly string[]
}

/** Whether what Cerbos tells of a folder with these files is so. */
async function asks(
  texts: string | readonly string[],
  isSo: (told: Told) => boolean,
): Promise<boolean> {
  const oracle = await openCerbosOracle()
  try {
    const files = [texts].flat().map((text, i) => ({ path: `${TOKEN}/file${i}.yaml`, text }))
    const [answer] = await oracle.ask([{ files, made: [], fields: [], alone: true }])
    const findings: readonly Finding[] = answer?.findings ?? []
    return isSo({ kinds: findings.map(({ kind }) => kind), texts: findings.map(findingText) })
  } finally {
    await oracle.close()
  }
}
