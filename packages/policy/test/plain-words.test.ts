import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

import { compilePolicies } from '../src/compile-policies.ts'
import { inPlainWords } from '../src/plain-words.ts'
import { renderDiagnostics } from '../src/render-diagnostics.ts'
import { filesIn } from './txtar.ts'

// Mistakes as people make them, each in a file, and last what they are shown. As for the other
// diagnostics, UPDATE_CASES=1 writes the texts anew.
const directory = new URL('./plain-words/', import.meta.url)

describe('mistakes in plain words', () => {
  test.each(readdirSync(directory))('%s', (name) => {
    const text = readFileSync(new URL(name, directory), 'utf8')
    const files = filesIn(text)
    const policies = files.filter(({ path }) => path !== 'expected')
    const { diagnostics } = compilePolicies(policies)
    const shown = renderDiagnostics(inPlainWords(diagnostics, policies), policies)
    if (process.env.UPDATE_CASES !== undefined) {
      const inputs = text.slice(0, text.indexOf('-- expected --'))
      writeFileSync(new URL(name, directory), `${inputs}-- expected --\n${shown}\n`)
      return
    }
    expect(shown).toBe(files.find(({ path }) => path === 'expected')?.text.trimEnd())
  })

  test('what is known of a finding otherwise stays', () => {
    const files = [{ path: 'a.yaml', text: 'apiVersion: api.cerbos.dev/v1\nrules: []\n' }]
    const { diagnostics } = compilePolicies(files)
    const plain = inPlainWords(diagnostics, files)
    expect(plain.map(({ code, details }) => ({ code, details }))).toEqual(
      diagnostics.map(({ code, details }) => ({ code, details })),
    )
  })
})
