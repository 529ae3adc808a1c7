import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

import { type DiagnosticCode, findings } from '../src/codes.ts'
import { compilePolicies } from '../src/compile-policies.ts'
import type { Diagnostic } from '../src/diagnostics.ts'
import { renderDiagnostics } from '../src/render-diagnostics.ts'
import type { SourceFile } from '../src/source.ts'
import { filesIn } from './txtar.ts'

// A case is a file with policies and, last, the exact text that is shown for them. To write the
// texts anew after a change, run with UPDATE_CASES=1 and read what it changed.
const directory = new URL('./diagnostics/', import.meta.url)
const cases = readdirSync(directory).map((name) => {
  const text = readFileSync(new URL(name, directory), 'utf8')
  const files = filesIn(text)
  const expected = files.find(({ path }) => path === 'expected')?.text.trimEnd()
  const policies = files.filter(({ path }) => path !== 'expected')
  return { name, code: name.replace('.txt', '') as DiagnosticCode, text, policies, expected }
})

/** Codes whose cases are too large to be kept as text. */
const GENERATED: Readonly<Partial<Record<DiagnosticCode, string>>> = {
  'file-too-large': `# ${'x'.repeat(4 * 1024 * 1024)}`,
  'yaml-too-complex': `a: ${'['.repeat(200)}${']'.repeat(200)}`,
}

/** What only test suites can get wrong; the tests of `@lockstitch/verify` have their cases. */
const OF_TEST_SUITES: readonly DiagnosticCode[] = [
  'invalid-timestamp',
  'missing-one-of',
  'both-given',
]

function diagnose(policies: readonly SourceFile[]): readonly Diagnostic[] {
  return compilePolicies(policies).diagnostics
}

describe('diagnostics', () => {
  test.each(cases)('$name', ({ name, text, code, policies, expected }) => {
    const diagnostics = diagnose(policies)
    const rendered = renderDiagnostics(diagnostics, policies)
    if (process.env.UPDATE_CASES !== undefined) {
      const inputs = text.slice(0, text.indexOf('-- expected --'))
      writeFileSync(new URL(name, directory), `${inputs}-- expected --\n${rendered}\n`)
      return
    }
    expect(rendered).toBe(expected)
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain(code)
  })

  test.each(Object.entries(GENERATED))('%s', (code, text) => {
    expect(diagnose([{ path: 'a.yaml', text }]).map((diagnostic) => diagnostic.code)).toEqual([
      code,
    ])
  })

  test('every code has a case', () => {
    const covered = [...cases.map(({ code }) => code), ...OF_TEST_SUITES, ...Object.keys(GENERATED)]
    expect(covered.sort()).toEqual(Object.keys(findings).sort())
  })
})
