import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Document, Scalar } from 'yaml'

import { compilePolicies } from '../src/compile-policies.ts'
import { scalarOffsets } from '../src/read/scalar-offsets.ts'
import { readYaml } from '../src/read/yaml.ts'
import type { YamlScalar } from '../src/read/yaml-node.ts'
import { sourceText } from '../src/source.ts'

/** The line and the characters that the one diagnostic of an expression is about. */
function underlined(expr: string, newline = '\n'): { line: string; marked: string } {
  const text = `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: document
  version: default
  rules:
    - actions: [edit]
      effect: EFFECT_ALLOW
      roles: [user]
      condition:
        match:
          expr: ${expr}
`.replaceAll('\n', newline)
  const [diagnostic] = compilePolicies([{ path: 'a.yaml', text }]).diagnostics
  if (diagnostic === undefined) throw new Error('expected a diagnostic')
  const line = diagnostic.excerpt.at(-1)?.text ?? ''
  return { line: line.trim(), marked: line.slice(diagnostic.column - 1, diagnostic.end.column - 1) }
}

const MARKS: readonly (readonly [style: string, expr: string, line: string, marked: string])[] = [
  ['plain', 'true && V.nope', 'expr: true && V.nope', 'V.nope'],
  ['plain, folded', 'true &&\n            V.nope', 'V.nope', 'V.nope'],
  ['plain, folded over a blank line', 'true &&\n\n            V.nope', 'V.nope', 'V.nope'],
  ['single-quoted', "'P.id == ''x'' || V.nope'", "expr: 'P.id == ''x'' || V.nope'", 'V.nope'],
  [
    'double-quoted with escapes',
    '"P.id == \\"\\u0041\\x41\\U0001F600\\" || V.nope"',
    'expr: "P.id == \\"\\u0041\\x41\\U0001F600\\" || V.nope"',
    'V.nope',
  ],
  ['double-quoted, folded', '"true ||\n            V.nope"', 'V.nope"', 'V.nope'],
  ['double-quoted, joined', '"true || \\\n            V.nope"', 'V.nope"', 'V.nope'],
  ['literal', '|\n            true &&\n              V.nope', 'V.nope', 'V.nope'],
  ['literal, stripped', '|-\n            // a comment\n\n            V.nope\n', 'V.nope', 'V.nope'],
  [
    'literal, its indentation told',
    '|2-\n            true &&\n            V.nope',
    'V.nope',
    'V.nope',
  ],
  ['literal with a comment', '| # why\n            V.nope', 'V.nope', 'V.nope'],
  ['folded', '>\n            true\n            && V.nope', '&& V.nope', 'V.nope'],
  [
    'folded, more indented',
    '>-\n            true &&\n                V.nope\n',
    'V.nope',
    'V.nope',
  ],
  [
    'folded, a part over two lines',
    '>-\n            true && V.\n            nope',
    'true && V.',
    'V.',
  ],
  ['behind an anchor and a tag', '&a !!str V.nope', 'expr: &a !!str V.nope', 'V.nope'],
  [
    'behind characters of two units',
    '\'P.id == "😀" || V.nope\'',
    'expr: \'P.id == "😀" || V.nope\'',
    'V.nope',
  ],
  ['a token', 'R.attr.size > 10MB', 'expr: R.attr.size > 10MB', 'MB'],
]

describe('a mistake in an expression is marked where it stands in the file', () => {
  test.each(MARKS)('%s', (_, expr, line, marked) => {
    const found = underlined(expr)
    expect(found.line).toBe(line)
    // A mark that ends on another line is shown to the end of this one.
    expect(found.marked.slice(0, marked.length) || line.slice(line.indexOf('V.'))).toBe(marked)
  })

  test.each(MARKS)('%s, with CRLF', (_, expr, line) => {
    expect(underlined(expr, '\r\n').line).toBe(line)
  })

  test.each(['PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'] as const)(
    'every character of any text has its place, written as %s',
    (type) => {
      const unit = fc.constantFrom(...('ab1"\'\\ \n\t&|>:#-é😀\u2028'.match(/./gsu) ?? []))
      fc.assert(
        fc.property(fc.string({ unit, maxLength: 40 }), (written) => {
          const scalar = new Scalar(written)
          scalar.type = type
          const text = new Document({ key: scalar }).toString({ lineWidth: 20 })
          const source = sourceText({ path: 'a.yaml', text })
          const root = readYaml(source, (code) => expect.unreachable(code))
          const node = root?.kind === 'map' ? (root.entries[0]?.value as YamlScalar) : undefined
          if (node === undefined || node.type !== 'String') return
          // A block cannot keep every white space; what counts is the value that is read.
          const value = node.text
          const place = { source, span: node.span, path: '' }
          const offsets = scalarOffsets({ value, style: node.style, place })
          expect(offsets).toHaveLength(value.length)
          for (const [index, offset] of offsets.entries()) {
            const unitAt = value[index] ?? ''
            if (/\s/.test(unitAt) || text[offset] === '\\') continue
            // The second half of a pair is at the first one's escape, or beside it.
            expect(text[offset]).toBe(unitAt)
          }
        }),
        { numRuns: 300, seed: 1 },
      )
    },
  )
})
