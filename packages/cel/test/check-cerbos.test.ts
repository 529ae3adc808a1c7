import { expect, test } from 'vitest'

import { declare, declareFunctions } from '../src/check/declarations.ts'
import { check } from '../src/check.ts'
import { ALL_MACROS } from '../src/extension-macros.ts'
import { ALL_FUNCTIONS } from '../src/functions/library.ts'
import { parse } from '../src/parser.ts'
import { cerbosBinary, compileWithCerbos } from './cerbos.ts'
import { CERBOS_EXPRESSIONS } from './cerbos-expressions.ts'
import { CERBOS_VARIABLES } from './cerbos-variables.ts'
import { withoutHint } from './check-support.ts'
import { missingExtensions } from './extension-signatures.ts'

const DECLARATIONS = declare({
  variables: CERBOS_VARIABLES,
  functions: declareFunctions([...ALL_FUNCTIONS, ...missingExtensions(ALL_FUNCTIONS)]),
})

function messagesFor(source: string): readonly string[] {
  const parsed = parse(source, { macros: ALL_MACROS })
  if (!parsed.ok) return parsed.diagnostics.map(({ message }) => message)
  const result = check(parsed.expr, DECLARATIONS)
  return result.ok ? [] : result.diagnostics.map(({ message }) => message)
}

/** Cerbos's messages, without those about a part that another one is about. */
function expectedMessages(messages: readonly string[]): readonly string[] {
  return messages.filter((message) => !message.includes('!error!')).sort()
}

const binary = cerbosBinary()
const title = 'expressions that Cerbos rejects are rejected with its messages, the others are not'

if (binary === undefined) {
  test.skip(`${title} (@cerbos/cerbos-${process.platform}-${process.arch} is not installed)`)
} else {
  test(title, { timeout: 60_000 }, () => {
    const answers = compileWithCerbos(binary, CERBOS_EXPRESSIONS)
    const differing = CERBOS_EXPRESSIONS.flatMap((source, i) => {
      const expected = expectedMessages(answers[i] ?? [])
      const got = messagesFor(source).map(withoutHint).sort()
      return JSON.stringify(got) === JSON.stringify(expected) ? [] : [{ source, got, expected }]
    })
    expect(differing).toEqual([])
    expect(CERBOS_EXPRESSIONS.length).toBeGreaterThan(250)
  })
}
