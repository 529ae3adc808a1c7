import type { PlanOperand } from '@lockstitch/engine'

import { equalToAny, type Outcome, operandOf } from './compare.ts'
import { type Aliases, type Elements, elementsOf } from './elements.ts'
import { ALWAYS, every, type Form, NEVER, not, some } from './form.ts'
import { isText } from './operand-term.ts'
import { fieldOf, type Term } from './term.ts'

/** The questions about two hierarchies that are ones about how texts begin. */
export type Kinship = 'ancestorOf' | 'descendentOf' | 'overlaps'

type Hierarchy =
  | { readonly kind: 'known'; readonly parts: readonly string[] }
  | {
      readonly kind: 'open'
      readonly term: Term
      readonly delimiter: string
      /** Where it may be a list of the parts. */
      readonly isListToo: boolean
    }

type Known = Hierarchy & { readonly kind: 'known' }
type Open = Hierarchy & { readonly kind: 'open' }

/**
 * How the hierarchy of a text, or of a JSON list of texts, stands to a known one; undefined where no
 * beginning of them tells.
 *
 * @see https://docs.cerbos.dev/cerbos/latest/policies/conditions.html#_hierarchies
 */
export function hierarchyOutcome(
  kinship: Kinship,
  [left, right]: readonly PlanOperand[],
  termOf: (operand: PlanOperand) => Term,
  aliases: Aliases,
): Outcome | undefined {
  const [first, second] = [hierarchyOf(left, termOf), hierarchyOf(right, termOf)]
  if (first?.kind === 'open' && second?.kind === 'known') {
    return standing(kinship, first, second, aliases)
  }
  if (first?.kind !== 'known' || second?.kind !== 'open') return undefined
  return standing(MIRRORED[kinship], second, first, aliases)
}

const MIRRORED = {
  ancestorOf: 'descendentOf',
  descendentOf: 'ancestorOf',
  overlaps: 'overlaps',
} as const

function standing(
  kinship: Kinship,
  open: Open,
  known: Known,
  aliases: Aliases,
): Outcome | undefined {
  const ofText = textStanding(kinship, open, known)
  if (ofText === undefined || !open.isListToo) return ofText
  const elements = elementsOf(open.term, aliases, 'lists')
  if (elements === undefined) return undefined
  const ofList = listStanding(kinship, open, known, elements)
  return {
    holds: some(ofText.holds, ofList.holds),
    fails: some(ofText.fails, ofList.fails),
  }
}

function textStanding(
  kinship: Kinship,
  { term, delimiter }: Open,
  { parts }: Known,
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

/** A list is a hierarchy if all that is in it are texts; none is in the hierarchy above all. */
function listStanding(
  kinship: Kinship,
  { term }: Open,
  { parts }: Known,
  elements: Elements,
): Outcome {
  const isOfTexts = every(elements.isList, not(elements.some((each) => not(isText(each)))))
  const beginsAs = (count: number): Form =>
    every(
      ...parts
        .slice(0, count)
        .map((part, place) => equalToAny(fieldOf(term, place, 'hierarchy'), [part])),
    )
  const has = (operator: 'eq' | 'gt', count: number): Form =>
    every(
      elements.count(operator, count, () => ALWAYS),
      beginsAs(count),
    )
  const above = parts.map((_, count) => has('eq', count))
  const form = {
    ancestorOf: some(...above),
    descendentOf: has('gt', parts.length),
    overlaps: some(...above, has('eq', parts.length), has('gt', parts.length)),
  }[kinship]
  return { holds: every(isOfTexts, form), fails: every(isOfTexts, not(form)) }
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
  if (term.kind !== 'value') {
    const isListToo = term.kind === 'json' && by === undefined
    return { kind: 'open', term, delimiter, isListToo }
  }
  if (typeof term.value !== 'string') return undefined
  return { kind: 'known', parts: term.value.split(delimiter) }
}
