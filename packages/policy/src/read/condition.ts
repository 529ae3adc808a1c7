import type { Condition, Match } from '../document.ts'
import type { Fields } from './fields.ts'

/** @see https://docs.cerbos.dev/cerbos/latest/policies/conditions */
export function readCondition(fields: Fields): Condition {
  const chosen = fields.oneOf(['match', 'script'])
  if (chosen === 'script') fields.text('script')
  return {
    place: fields.place,
    match: chosen === 'match' ? fields.message('match', readMatch) : undefined,
    script: chosen === 'script',
  }
}

function readMatch(fields: Fields): Match {
  const { place } = fields
  const chosen = fields.oneOf(['all', 'any', 'none', 'expr'])
  if (chosen === 'expr') {
    const expr = fields.text('expr')
    return expr === undefined ? { kind: 'empty', place } : { kind: 'expr', expr, place: expr.place }
  }
  if (chosen === 'all' || chosen === 'any' || chosen === 'none') {
    const of = fields.message(chosen, (list) => list.messages('of', readMatch))
    if (of !== undefined) return { kind: chosen, of, place }
  }
  return { kind: 'empty', place }
}
