import { listOf, object, type Reader, string, text, withDefault } from './fields.ts'
import type { Permission, PolicyResource, PolicyRole, PolicyScope } from './rbac.ts'

const description = withDefault(text, '')
const permissions: Reader<readonly Permission[]> = listOf(
  object({ resource_id: string, actions: listOf(string) }),
)

/** A role with its permissions, as an organization or a seed defines it. */
export const policyRole: Reader<PolicyRole> = object({ role_id: string, description, permissions })

/** A kind of resource and its actions. */
export const policyResource: Reader<PolicyResource> = object({
  resource_id: string,
  description,
  actions: listOf(string),
})

/** An OAuth scope and what it grants. */
export const policyScope: Reader<PolicyScope> = object({ scope: string, description, permissions })
