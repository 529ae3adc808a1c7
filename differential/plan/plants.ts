import type { PlanExpression, PlanFilter, PlanOperand, PlanOutput } from '@lockstitch/engine'

import { PLANTS as CHECK_PLANTS, type CheckPlant } from '../check/plants.ts'

/** A bug, and how our side comes to have it. */
export interface PlanPlant extends Pick<CheckPlant, 'name' | 'doc' | 'parts'> {
  /** What it plans instead. */
  output?(output: PlanOutput): PlanOutput
  /** What a plan without the quirks of Cerbos is instead. */
  ownFilter?(filter: PlanFilter): PlanFilter
  /** What a plan with them is instead when it is tried on rows, and nowhere else. */
  cerbosFilter?(filter: PlanFilter): PlanFilter
}

type Change = (expression: PlanExpression) => PlanOperand

const filter = (name: string, doc: string, change: Change): PlanPlant => ({
  name,
  doc,
  output: (of) => ({ ...of, filter: changed(of.filter, change) }),
})

const own = (name: string, doc: string, change: Change): PlanPlant => ({
  name,
  doc,
  ownFilter: (of) => changed(of, change),
})

const ofCerbos = (name: string, doc: string, change: Change): PlanPlant => ({
  name,
  doc,
  cerbosFilter: (of) => changed(of, change),
})

const output = (
  name: string,
  doc: string,
  change: (of: PlanOutput) => Partial<PlanOutput>,
): PlanPlant => ({
  name,
  doc,
  output: (of) => ({ ...of, ...change(of) }),
})

/** Those of decisions that a plan does not have: it has neither outputs nor roles in an order. */
const WITHOUT: ReadonlySet<string> = new Set([
  'safe-mode',
  'roles-in-reverse',
  'ignore-when-ignored',
])

/** Bugs that can be put into our side. */
export const PLANTS: readonly PlanPlant[] = [
  ...CHECK_PLANTS.flatMap(({ name, doc, parts }) =>
    parts === undefined || WITHOUT.has(name) ? [] : [{ name, doc, parts }],
  ),
  filter('not-lost', 'a negation is not there', (of) => (of.operator === 'not' ? first(of) : of)),
  filter('and-is-or', 'of two conditions one is enough', (of) => renamed(of, 'and', 'or')),
  filter('or-is-and', 'of two conditions both are needed', (of) => renamed(of, 'or', 'and')),
  filter('less-is-greater', '`<` is `>`', (of) => renamed(of, 'lt', 'gt')),
  filter('in-is-eq', '`in` is `==`', (of) => renamed(of, 'in', 'eq')),
  filter('last-operand-lost', 'the last of three operands and more is not there', (of) => {
    const isLong = (of.operator === 'and' || of.operator === 'or') && of.operands.length > 2
    return isLong ? { ...of, operands: of.operands.slice(0, -1) } : of
  }),
  filter('quantifiers-swapped', '`all` is `exists`', (of) => renamed(of, 'all', 'exists')),
  filter('branches-swapped', 'the branches of a condition are swapped', (of) => {
    const [test, yes, no] = of.operands
    if (of.operator !== 'if' || test === undefined || yes === undefined || no === undefined)
      return of
    return { ...of, operands: [test, no, yes] }
  }),
  output('denied-is-allowed', 'what is never allowed always is', ({ filter: of }) =>
    of.kind === 'denied' ? { filter: { kind: 'allowed' } } : {},
  ),
  output('conditional-is-denied', 'what depends on the resource is denied', ({ filter: of }) =>
    of.kind === 'conditional' ? { filter: { kind: 'denied' } } : {},
  ),
  output('scopes-missing', 'no scope is told', () => ({ matchedScopes: new Map() })),
  output('no-match-missing', 'it is not told that no policy is in charge', (of) => ({
    filterDebug: of.filterDebug === 'NO_MATCH' ? '(false)' : of.filterDebug,
  })),
  output('plan-errors-lost', 'errors of evaluation are not told', () => ({ evaluationErrors: [] })),
  output('validation-errors-lost', 'it is not told what schemas found', () => ({
    validationErrors: [],
  })),
  own('rows-not-lost', 'a negation keeps what it should not', (of) =>
    of.operator === 'not' ? first(of) : of,
  ),
  own('rows-holds-lost', 'what cannot be evaluated is not taken for false', (of) =>
    of.operator === 'holds' ? first(of) : of,
  ),
  own('rows-and-is-or', 'rows are kept by one of two conditions', (of) => renamed(of, 'and', 'or')),
  own('rows-greater-or-equal', '`>` keeps what is equal', (of) => renamed(of, 'gt', 'ge')),
  own('rows-first-operand-only', 'of an `and` the first operand counts', (of) =>
    of.operator === 'and' ? first(of) : of,
  ),
  ofCerbos(
    'cerbos-rows-not-lost',
    'a negation of a plan of Cerbos keeps what it should not',
    (of) => (of.operator === 'not' ? first(of) : of),
  ),
  ofCerbos('cerbos-rows-equal-is-unequal', '`==` of a plan of Cerbos keeps what is unequal', (of) =>
    renamed(of, 'eq', 'ne'),
  ),
]

function changed(of: PlanFilter, change: Change): PlanFilter {
  if (of.kind !== 'conditional') return of
  return { ...of, condition: changedOperand(of.condition, change) }
}

function changedOperand(operand: PlanOperand, change: Change): PlanOperand {
  if (operand.kind !== 'expression') return operand
  const operands = operand.operands.map((each) => changedOperand(each, change))
  return change({ ...operand, operands })
}

function first(expression: PlanExpression): PlanOperand {
  return expression.operands[0] ?? expression
}

function renamed(expression: PlanExpression, from: string, to: string): PlanExpression {
  return expression.operator === from ? { ...expression, operator: to } : expression
}
