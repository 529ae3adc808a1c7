import type { CheckInput } from '@lockstitch/engine'

import { answerDifference, type PlanAnswer } from './answer.ts'
import { planBy } from './ours.ts'
import type { PlanCase } from './plan-case.ts'

type Attributes = NonNullable<CheckInput['resource']['attr']>

/** Beyond so many it is not looked any further. */
const MOST_ORDERS = 720

/** Whether an answer is ours to the same question with the principal's attributes in another order. */
export function isOfAnotherOrder(each: PlanCase, answer: PlanAnswer): boolean {
  const ours = planBy(undefined)
  const { input } = each
  let tried = 0
  for (const attr of orders(Object.entries(input.principal.attr ?? {}))) {
    tried += 1
    if (tried > MOST_ORDERS) return false
    const principal = { ...input.principal, attr: Object.fromEntries(attr) }
    const other = ours({ ...each, input: { ...input, principal } })
    // The first order is the one that was asked in: where that gives the answer, something else differs.
    if (answerDifference(other, answer) === undefined) return tried > 1
  }
  return false
}

function* orders(
  entries: readonly (readonly [string, Attributes[string]])[],
): Iterable<readonly (readonly [string, Attributes[string]])[]> {
  if (entries.length < 2) yield entries
  else {
    for (const [index, first] of entries.entries()) {
      for (const rest of orders(entries.toSpliced(index, 1))) yield [first, ...rest]
    }
  }
}
