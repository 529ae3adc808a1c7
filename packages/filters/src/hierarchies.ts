import type { PlanOperand } from '@lockstitch/engine'

import { equalToAny, type Outcome, operandOf } from './compare.ts'
import { every, type Form, NEVER, not, some } from './form.ts'
import { isText } from './operand-term.ts'
import type { Term } from './term.ts'

/** The questions about two hierarchies that are ones about how texts begin. */
export type Kinship = 'ancestorOf' | 'descendentOf' | 'overlaps'

type Hierarchy =
  | { readonly kind: 'known'; readonly parts: readonly string[] }
  | { readonly kind: 'text'; readonly term: Term; readonly delimiter: string }

/**
 * How a text's hierarchy stands to a known one; undefined where no beginning of texts tells.
 *
 * @see https://docs.cerbos.dev/cerbos/latest/policies/conditions.html#_hierarchies
 */
export function hierarchyOutcome(
  kinship: Kinship,
  [left, right]: readonly PlanOperand[],
  termOf: (operand: PlanOperand) => Term,
): Outcome | undefined {
  const [first, second] = [hierarchyOf(left, termOf), hierarchyOf(right, termOf)]
  if (first?.kind === 'text' && second?.kind === 'known') return standing(kinship, first, second)
  if (first?.kind !== 'known' || second?.kind !== 'text') return undefined
  return standing(MIRRORED[kinship], second, first)
}

const MIRRORED = {
  ancestorOf: 'descendentOf',
  descendentOf: 'ancestorOf',
  overlaps: 'overlaps',
} as const

function standing(
  kinship: Kinship,
  { term, delimiter }: Hierarchy & { readonly kind: 'text' },
  { parts }: Hierarchy & { readonly kind: 'known' },
): Outcome | undefined {
  const operand = operandOf(term, 'string')
  if (operand === undefined) return undefined
  // A part with a delimiter in it is no part of any text's.
  const odd = parts.findIndex((part) => part.includes(delimiter))
  const clean = odd < 0 ? parts : parts.slice(0, odd)
  const paths = clean.map((_, index) => clean.slice(0, index + 1).join(delimiter))
  const whole = odd < 0 ? paths.at(-1) : undefined
  const below = `${whole ?? ''}${delimiter}`
  const isBelow: Form =
    whole === undefined
      ? NEVER
      : {
          ...{ kind: 'match', how: 'startsWith', operand },
          text: { kind: 'value', value: below, type: 'string' },
        }
  const above = paths.filter((path) => path !== whole)
  const form = {
    ancestorOf: equalToAny(term, above),
    descendentOf: isBelow,
    overlaps: some(equalToAny(term, paths), isBelow),
  }[kinship]
  return { holds: form, fails: every(isText(term), not(form)) }
}

function hierarchyOf(
  operand: PlanOperand | undefined,
  termOf: (operand: PlanOperand) => Term,
): Hierarchy | undefined {
  if (operand?.kind !== 'expression' || operand.operator !== 'hierarchy') return undefined
  const [text, by] = operand.operands
  if (text === undefined || (by !== undefined && by.kind !== 'value')) return undefined
  const delimiter = by === undefined ? '.' : by.value
  // What overlaps itself, as `aa` does, is not found where a text continues.
  if (typeof delimiter !== 'string' || [...delimiter].length !== 1) return undefined
  const term = termOf(text)
  if (term.kind === 'values') {
    const parts = term.values.filter((part) => typeof part === 'string')
    const isKnown = by === undefined && parts.length > 0 && parts.length === term.values.length
    return isKnown ? { kind: 'known', parts } : undefined
  }
  if (term.kind !== 'value') return { kind: 'text', term, delimiter }
  if (typeof term.value !== 'string') return undefined
  return { kind: 'known', parts: term.value.split(delimiter) }
}
