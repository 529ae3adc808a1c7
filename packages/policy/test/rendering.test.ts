import { describe, expect, test } from 'vitest'

import { compilePolicies } from '../src/compile-policies.ts'
import { type RenderOptions, renderDiagnostics } from '../src/render-diagnostics.ts'

function render(line: string, options: RenderOptions = {}): string {
  const files = [{ path: 'document.yaml', text: `apiVersion: api.cerbos.dev/v1\n${line}\n` }]
  return renderDiagnostics(compilePolicies(files).diagnostics, files, options)
}

const BROKEN = 'exportConstants: {nam: limits, name: limits}'

describe('diagnostics as text', () => {
  test('name the directory when it is told', () => {
    expect(render(BROKEN, { directory: 'policies/' })).toMatch(
      /^policies\/document\.yaml:2:19 {2}error/,
    )
  })

  test('have colours when they are asked for, which change nothing else', () => {
    const coloured = render(BROKEN, { colour: true })
    expect(coloured).toContain('\u001b[31merror\u001b[0m')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(render(BROKEN))
  })

  test('a long line is cut around the mark', () => {
    const name = 'x'.repeat(300)
    const shown = render(
      `exportConstants: {definitions: {${name}: 1}, name: a, unknown: 1, ${name}: 2}`,
    )
    for (const line of shown.split('\n')) expect(line.replace(/\^ .*/, '').length).toBeLessThan(130)
    const lines = shown.split('\n')
    const marks = lines.findIndex((line) => line.includes('^ `unknown`'))
    const column = lines[marks]?.indexOf('^') ?? -1
    expect(lines[marks - 1]?.slice(column, column + 7)).toBe('unknown')
  })

  test('tabs above the mark are tabs beside it', () => {
    const shown = render('exportConstants: {\tname: a,\tunknown: 1}')
    expect(shown).toContain('|                   \t        \t^^^^^^^ `unknown`')
  })

  test('nothing found is said, too', () => {
    expect(renderDiagnostics([], [])).toBe('no errors in 0 files.')
  })
})
