import type { Match } from '../document.ts'
import type { ValidationRule } from './rule.ts'
import { rulesOf } from './walk.ts'

/**
 * Warns of conditions that are `false` whatever the request is, so that their rule never matches
 * and their derived role is nobody's. A rule may be there for what it puts out then.
 */
export const conditionsNeverTrue: ValidationRule = (document, report) => {
  const holders = document.kind === 'derivedRoles' ? document.definitions.items : rulesOf(document)
  for (const holder of holders) {
    const { condition } = holder
    const match = condition?.match
    if (condition === undefined || match === undefined) continue
    if ('output' in holder && holder.output?.conditionNotMet?.value) continue
    if (isAlways(false, match)) report('condition-never-true', condition.place, { value: 'false' })
  }
}

/** Whether a match is one value for every request, as far as it is written out. */
function isAlways(wanted: boolean, match: Match): boolean {
  switch (match.kind) {
    case 'empty':
      return false
    case 'expr':
      return match.expr.value.trim() === String(wanted)
    case 'all':
      return parts(match.of.items, !wanted, (part) => isAlways(wanted, part))
    case 'any':
      return parts(match.of.items, wanted, (part) => isAlways(wanted, part))
    case 'none':
      return parts(match.of.items, !wanted, (part) => isAlways(!wanted, part))
  }
}

/** Whether some or all of the parts decide; a list of nothing is reported as such. */
function parts(of: readonly Match[], one: boolean, decides: (part: Match) => boolean): boolean {
  return of.length > 0 && (one ? of.some(decides) : of.every(decides))
}
