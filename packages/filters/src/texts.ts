import { ERROR, equalToAny, type Outcome, operandOf } from './compare.ts'
import { every, type Form, type Match, NEVER, not } from './form.ts'
import { isText } from './operand-term.ts'
import type { Term } from './term.ts'

/** Where a text begins or ends with another, or has it within. */
export function textMatch(how: Match, subject: Term, sought: Term): Outcome {
  const [operand, text] = [operandOf(subject, 'string'), operandOf(sought, 'string')]
  if (operand === undefined || text === undefined) return ERROR
  const areTexts = every(isText(subject), isText(sought))
  if (text.kind === 'value' && text.value === '') return { holds: areTexts, fails: NEVER }
  const found = matchForm(how, subject, sought)
  const form: Form = found ?? { kind: 'match', how, operand, text }
  return { holds: form, fails: every(areTexts, not(form)) }
}

/** A known text begins and ends with few others. */
function matchForm(how: Match, subject: Term, sought: Term): Form | undefined {
  if (how === 'contains' || subject.kind !== 'value' || sought.kind === 'value') return undefined
  const points = [...String(subject.value)]
  if (points.length > LONGEST) return undefined
  const parts = Array.from({ length: points.length + 1 }, (_, length) =>
    points.slice(...(how === 'startsWith' ? [0, length] : [points.length - length])).join(''),
  )
  return equalToAny(sought, parts)
}

/** The longest text whose beginnings a condition lists. */
const LONGEST = 100
