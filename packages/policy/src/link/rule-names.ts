/** The name of a rule that has none, from its index among all rules, counted from 0. */
export function automaticRuleName(index: number): string {
  return `rule-${String(index + 1).padStart(3, '0')}`
}

/** The name of an action of a principal policy that has none. */
export function automaticActionName(resource: string, index: number): string {
  return `${resource}_${automaticRuleName(index)}`
}
