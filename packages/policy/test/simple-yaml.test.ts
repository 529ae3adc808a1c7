import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'

import { readSimpleYaml } from '../src/read/simple-yaml.ts'
import { readFullYaml } from '../src/read/yaml.ts'
import type { YamlNode } from '../src/read/yaml-node.ts'

/** What the full parser makes of a text, which has to be without a mistake. */
function readFull(text: string): YamlNode | undefined {
  return readFullYaml({ path: 'a.yaml', text }, (code) => expect.fail(`${code} in ${text}`))
}

describe('reads as the full parser does', () => {
  test.each([
    ['a mapping', 'a: 1\nb: two words # comment\nc:\nd: null\n'],
    ['no line break at the end', 'a: b'],
    ['comments and a marker first', '# comment\n\n---\n# another\na: b\n'],
    ['nested mappings', 'a:\n  b:\n    c: d\n  e: f\ng: h\n'],
    ['lists, indented and not', 'a:\n  - b\n  - c\nd:\n- e\n- f: g\n  h: i\n-   j: k\n    l: m\n'],
    ['comments in between', 'a:\n# c\n    # d\n  - b # e\n      # f\n\n\n  - c\n # g\nd: e\n  # h'],
    ['quoted scalars', `a: "b: \\"c\\" \\u00e9\\n"\n'd''e': 'f''g # h'\n"i": 'j'\n`],
    [
      'plain scalars',
      'a: b:c#d, [e]\nf: -1\ng: -.inf\nh: .5\ni: 0x1F\nj: 1_000\nk: -x\nl: a - b\n',
    ],
    ['keys that are no strings', '1: a\nnull: b\ntrue: c\n"2": d\n'],
    ['flow collections', 'a: [b, "c", -1, [], {d: e, "f":g}] # h\ni: {}\n'],
    ['flow collections on lines', 'a: [\n  b, # c\n\n  {d: e,\n f: [g]}\n]\nh: {i: j,\n k: l}\n'],
    ['JSON', JSON.stringify({ a: [1, -2.5, null, true, 'b"\\\n'], c: { d: {}, e: [[]] } })],
    ['indented JSON', `${JSON.stringify({ a: [1, { b: 'c' }], d: { e: [] } }, null, 2)}\n`],
    ['a root that is indented', '  a: b\n  c: d\n'],
    ['names of every object', '__proto__: a\nconstructor: {__proto__: b}\n'],
  ])('%s', (_, text) => {
    const simple = readSimpleYaml(text)
    expect(simple).toBeDefined()
    expect(simple).toStrictEqual(readFull(text))
  })

  test('whatever is written, changed at random', () => {
    let compared = 0
    fc.assert(
      fc.property(document, changes, (written, changed) => {
        const text = changed.reduce(applyChange, written)
        const simple = readSimpleYaml(text)
        if (simple === undefined) return
        compared += 1
        expect(simple).toStrictEqual(readFull(text))
      }),
      { numRuns: 3000 },
    )
    expect(compared).toBeGreaterThan(500)
  })
})

describe('leaves to the full parser', () => {
  test.each([
    ['nothing', ''],
    ['a scalar', 'a'],
    ['a list', '- a\n'],
    ['documents', 'a: b\n---\nc: d\n'],
    ['the end of a document', 'a: b\n...\n'],
    ['directives', '%YAML 1.2\n---\na: b\n'],
    ['a key twice', 'a: b\na: c\n'],
    ['merge keys', 'a: b\n<<: {c: d}\n'],
    ['anchors', 'a: &b c\n'],
    ['aliases', 'a: *b\n'],
    ['tags', 'a: !!str b\n'],
    ['block scalars', 'a: |\n  b\n'],
    ['plain scalars on lines', 'a: b\n  c\n'],
    ['quoted scalars on lines', 'a: "b\n  c"\n'],
    ['escapes that JSON has not', 'a: "\\x41"\n'],
    ['explicit keys', '? a\n: b\n'],
    ['lists of lists', 'a:\n  - - b\n'],
    ['items that are left out', 'a:\n  -\n  - b\n'],
    ['pairs in lists', 'a: [b: c]\n'],
    ['values that are left out of flow mappings', 'a: {b, c: d}\n'],
    ['a comma at the end', 'a: [b,]\n'],
    ['a mapping on the line of a key', 'a: b: c\n'],
    ['wrong indentation', 'a:\n    b: c\n  d: e\n'],
    ['a list on the line of a key', 'a: - b\n'],
    ['brackets that do not match', 'a: [b}\n'],
    ['quotations that do not end', 'a: "b\n'],
    ['text behind a value', 'a: "b" c\n'],
    ['a comment without a space', 'a: "b"#c\n'],
    ['flow collections that are not indented', 'a:\n  b: [\nc]\n'],
    ['tabs', 'a:\tb\n'],
    ['other line breaks', 'a: b\r\nc: d\r\n'],
    ['line breaks of the old Macintosh', '# a\rb: c\nd: e\n'],
    ['characters that may not be there, in comments', 'a: {\n# \u0000\n}\n'],
    ['thousands of brackets', '['.repeat(5000)],
    ['what is nested deeply', `a: ${'['.repeat(80)}${']'.repeat(80)}\n`],
  ])('%s', (_, text) => {
    expect(readSimpleYaml(text)).toBeUndefined()
  })
})

const word = fc.constantFrom(
  ...[
    'a',
    'b c',
    'd-e',
    'R.attr.x == "y"',
    'EFFECT_ALLOW',
    '*',
    '',
    'null',
    'true',
    '1',
    '-1',
    '.5',
  ],
  ...[
    "it's",
    'a: b',
    '#c',
    ' d',
    'e ',
    '[f]',
    '{',
    'g, h',
    '- i',
    '"j"',
    '\\',
    '\n',
    '<<',
    '~',
    '%',
  ],
)

const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    word,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(word, tie('value'), { maxKeys: 4 }),
  ),
})).value

/** A document as people and programs write it. */
const document = fc
  .tuple(
    fc.dictionary(word, value, { minKeys: 1, maxKeys: 5 }),
    fc.constantFrom(
      (written: unknown) => stringify(written),
      (written: unknown) => stringify(written, { indentSeq: false, indent: 4 }),
      (written: unknown) => stringify(written, { collectionStyle: 'flow', lineWidth: 20 }),
      (written: unknown) => JSON.stringify(written),
      (written: unknown) => JSON.stringify(written, null, 2),
    ),
  )
  .map(([written, write]) => write(written))

interface Change {
  /** Where, as a part of the whole. */
  readonly at: number
  readonly cut: number
  readonly text: string
}

const changes: fc.Arbitrary<Change[]> = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.constantFrom(0, 0, 0, 1, 2, 3),
    text: fc.constantFrom(
      ...['', ' ', '  ', '\n', '\n ', '\n  ', '\n    ', ': ', ':', '- ', '-', '[', ']', '{', '}'],
      ...[
        ',',
        '"',
        "'",
        "''",
        '\\',
        '#',
        ' # c',
        '\n# c\n',
        '\n  # c\n',
        '|',
        '>',
        '&a ',
        '*a',
        '!t ',
      ],
      ...[
        '? ',
        '%',
        '@',
        '`',
        '---',
        '\n---\n',
        '...',
        '~',
        '-1',
        '.5',
        '<<: ',
        'a',
        'a: b',
        'a:\n',
      ],
      ...[
        '\t',
        '\r\n',
        '\u00a0',
        '\ufeff',
        '\u2028',
        '\u0085',
        '\u0000',
        '[a, b]',
        '{a: b}',
        '{"a":1}',
      ],
    ),
  }),
  { maxLength: 3 },
)

function applyChange(text: string, { at, cut, text: inserted }: Change): string {
  const offset = Math.floor(at * text.length)
  return text.slice(0, offset) + inserted + text.slice(offset + cut)
}
