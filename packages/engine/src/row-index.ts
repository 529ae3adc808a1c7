import type { Row } from './rows.ts'

/** The rows of one resource policy by action, and for each action by role. */
export interface RowIndex {
  readonly all: readonly Row[]
  readonly byAction: ReadonlyMap<string, RoleIndex>
  /** Serves the actions that no rule names, when `*` is the only wildcard. */
  readonly anyAction: RoleIndex | undefined
  /** The rows whose action is a wildcard. */
  readonly wildActions: readonly Row[]
}

interface RoleIndex {
  readonly all: readonly Row[]
  readonly byRole: ReadonlyMap<string, readonly Row[]>
  /** The rows whose role is a wildcard, for the roles that no rule names. */
  readonly wildRoles: readonly Row[]
  readonly wildRolesMatchAll: boolean
}

/** Indexes rows. Their order, which decides the order of outputs, is kept in every list. */
export function indexRows(rows: readonly Row[]): RowIndex {
  const wildActions = rows.filter((row) => !row.action.literal)
  const byAction = new Map<string, RoleIndex>()
  for (const row of rows) {
    const action = row.action.text
    if (!row.action.literal || byAction.has(action)) continue
    byAction.set(action, indexRoles(rows.filter((other) => other.action.matches(action))))
  }
  const anyAction = wildActions.every((row) => row.action.text === '*')
    ? indexRoles(wildActions)
    : undefined
  return { all: rows, byAction, anyAction, wildActions }
}

/** The rows for an action and a role, the role with its parents. */
export function findRows(
  index: RowIndex,
  action: string,
  roles: readonly string[],
): readonly Row[] {
  const byRole = index.byAction.get(action) ?? index.anyAction
  if (!byRole) {
    return index.wildActions.filter((row) => row.action.matches(action) && hasRole(row, roles))
  }
  const [role] = roles
  if (role === undefined || roles.length > 1) return byRole.all.filter((row) => hasRole(row, roles))
  const rows = byRole.byRole.get(role)
  if (rows) return rows
  return byRole.wildRolesMatchAll
    ? byRole.wildRoles
    : byRole.wildRoles.filter((row) => row.role.matches(role))
}

/** Whether any rule is for one of the roles, whatever the action. */
export function hasRowFor(index: RowIndex, roles: readonly string[]): boolean {
  return index.all.some((row) => hasRole(row, roles))
}

function hasRole(row: Row, roles: readonly string[]): boolean {
  return roles.some((role) => row.role.matches(role))
}

function indexRoles(all: readonly Row[]): RoleIndex {
  const wildRoles = all.filter((row) => !row.role.literal)
  const byRole = new Map<string, readonly Row[]>()
  for (const row of all) {
    const role = row.role.text
    if (!row.role.literal || byRole.has(role)) continue
    byRole.set(role, withoutRepeats(all.filter((other) => other.role.matches(role))))
  }
  const wildRolesMatchAll = wildRoles.every((row) => row.role.text === '*')
  return { all, byRole, wildRoles, wildRolesMatchAll }
}

/**
 * Two rows of one rule differ in the pattern by which they were found and nothing else. They are
 * both kept when the rule has outputs, which Cerbos emits once a row.
 */
function withoutRepeats(rows: readonly Row[]): readonly Row[] {
  return rows.filter((row, index) => {
    if (row.output) return true
    return rows.findIndex((other) => isSameRule(other, row)) === index
  })
}

function isSameRule(a: Row, b: Row): boolean {
  return a.rule === b.rule && a.derivedRole === b.derivedRole
}
