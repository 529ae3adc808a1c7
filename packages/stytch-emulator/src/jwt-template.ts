import type { Project } from './emulation.ts'
import type { Member, Organization } from './entities.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import { memberRoles, showMember } from './members.ts'
import { rolesOf, showOrganization } from './organizations.ts'

/**
 * The claims of a JWT template. A string that is one placeholder becomes the value itself, of
 * whatever type; a placeholder inside a longer string becomes text. What does not exist is `null`.
 * @see https://stytch.com/docs/b2b/guides/sessions/jwt-templates
 */
export function renderTemplate(
  template: JsonObject,
  project: Project,
  organization: Organization,
  member: Member,
): JsonObject {
  if (Object.keys(template).length === 0) return template
  const context = {
    member: { ...showMember(organization, member), rbac: rbacOf(project, organization, member) },
    organization: showOrganization(organization),
  }
  const render = (value: Json): Json => {
    if (typeof value === 'string') return renderString(value, context)
    if (Array.isArray(value)) return value.map(render)
    if (isObject(value)) return renderObject(value as JsonObject)
    return value
  }
  const renderObject = (object: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(object).map(([key, value]) => [key, render(value)]))
  return renderObject(template)
}

function renderString(text: string, context: object): Json {
  const whole = /^\{\{\s*([^{}]+?)\s*\}\}$/.exec(text)
  if (whole?.[1] !== undefined) return lookUp(context, whole[1])
  return text.replace(/\{\{\s*([^{}]+?)\s*\}\}/g, (_, path: string) => {
    const value = lookUp(context, path)
    if (value === null) return ''
    return typeof value === 'string' ? value : JSON.stringify(value)
  })
}

/** Follows a dotted path, where a key may have dots itself: resource ids such as `stytch.member` do. */
function lookUp(value: unknown, path: string): Json {
  if (!isObject(value)) return null
  if (Object.hasOwn(value, path)) return (value[path] ?? null) as Json
  for (const [key, inner] of Object.entries(value)) {
    if (!path.startsWith(`${key}.`)) continue
    const found = lookUp(inner, path.slice(key.length + 1))
    if (found !== null) return found
  }
  return null
}

function rbacOf(project: Project, organization: Organization, member: Member): object {
  const roles = memberRoles(organization, member).map((role) => role.role_id)
  const permissions = rolesOf(project, organization)
    .filter((role) => roles.includes(role.role_id))
    .flatMap((role) => role.permissions)
  const actionsOf = (resourceId: string): string[] =>
    permissions.filter((one) => one.resource_id === resourceId).flatMap((one) => one.actions)
  const resourceIds = [...new Set(permissions.map((one) => one.resource_id))]
  return {
    ...Object.fromEntries(
      resourceIds.map((id) => [id, { actions: [...new Set(actionsOf(id))].sort() }]),
    ),
    roles,
  }
}
