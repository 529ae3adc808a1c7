import type { Row } from './rows.ts'

/** The rows for an action and a role, the role with its parents, in their order. */
export function findRows(
  rows: readonly Row[],
  action: string,
  roles: readonly string[],
): readonly Row[] {
  const found = findAllRows(rows, action, roles)
  return found.filter((row, index) => !isRepeat(found, row, index))
}

/** The same with those that were found by several patterns, once for each. */
export function findAllRows(
  rows: readonly Row[],
  action: string,
  roles: readonly string[],
): readonly Row[] {
  return rows.filter((row) => row.action.matches(action) && hasRole(row, roles))
}

/** Whether any rule is for one of the roles, whatever the action. */
export function hasRowFor(rows: readonly Row[], roles: readonly string[]): boolean {
  return rows.some((row) => hasRole(row, roles))
}

function hasRole(row: Row, roles: readonly string[]): boolean {
  return roles.some((role) => row.role.matches(role))
}

/**
 * Two rows of one rule differ in the pattern by which they were found and nothing else. They are
 * both kept when the rule has outputs, which Cerbos emits once a row.
 */
function isRepeat(rows: readonly Row[], row: Row, index: number): boolean {
  if (row.output) return false
  // The rows of a rule stand together.
  for (let before = index - 1; rows[before]?.rule === row.rule; before -= 1) {
    if (rows[before]?.derivedRole === row.derivedRole) return true
  }
  return false
}
