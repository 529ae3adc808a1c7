import type { RbacPolicy } from '@lockstitch/stytch/rbac'

/** A policy of which several cases ask. */
export interface RbacSet {
  readonly policy: RbacPolicy
  readonly expandWildcards: boolean
}

/** May this member, or this Connected App of a member, do that? */
export interface RbacCase {
  readonly set: RbacSet
  /** The organization of the member. */
  readonly organizationId: string
  /** The roles of the session, without `stytch_member`, which every member has. */
  readonly roles: readonly string[]
  /** The scopes of a Connected App's token, which is asked about instead of the session. */
  readonly scopes?: readonly string[]
  readonly question: {
    readonly organization_id: string
    readonly resource_id: string
    readonly action: string
  }
}

/** A decision. On the oracle's side two are compared that have to be one. */
export interface RbacAnswer {
  readonly allow: boolean
  readonly tenancy?: boolean
  readonly disagreement?: string
}

export const ORGANIZATIONS: readonly string[] = [1, 2, 3].map(
  (index) => `organization-test-00000000-0000-4000-8000-00000000000${index}`,
)
