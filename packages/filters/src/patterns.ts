import { equal, type Outcome } from './compare.ts'
import { every, not } from './form.ts'
import type { Term } from './term.ts'
import { textMatch } from './texts.ts'

/** A text that is sought, at the beginning, at the end or at both. */
const LITERAL = /^(\^?)((?:[^\\.+*?()|[\]{}^$]|\\[\\.+*?()|[\]{}^$])*)(\$?)$/

/**
 * Where a text matches a pattern of RE2's that is a text with its ends. Others are left: what databases
 * have for patterns means something else.
 */
export function patternOutcome(subject: Term, pattern: string): Outcome | undefined {
  const [, start, escaped, end] = LITERAL.exec(pattern) ?? []
  if (escaped === undefined) return undefined
  const value = escaped.replaceAll(/\\(.)/g, '$1')
  const sought = { kind: 'value', value } as const
  if (start === '' && end === '') return textMatch('contains', subject, sought)
  if (end === '') return textMatch('startsWith', subject, sought)
  if (start === '') return textMatch('endsWith', subject, sought)
  const isText = textMatch('startsWith', subject, { kind: 'value', value: '' }).holds
  const { holds } = equal(subject, sought, 'matches')
  return { holds, fails: every(isText, not(holds)) }
}
