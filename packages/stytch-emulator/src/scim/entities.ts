import type { ClientSecrets } from '../clients/entities.ts'

/** How an organization's directory tells who its members are. */
export interface ScimConnection {
  readonly connection_id: string
  readonly display_name: string
  readonly identity_provider: string
  /** The bearer token that the directory sends, and the one that is to replace it. */
  readonly tokens: ClientSecrets
  readonly token_expires_at: Date
  readonly next_token_expires_at: Date | undefined
  readonly group_roles: readonly ScimGroupRole[]
  readonly groups: readonly ScimGroup[]
}

/** A member as their directory has them. */
export interface ScimRegistration {
  readonly connection_id: string
  readonly registration_id: string
  readonly user_name: string
  readonly external_id: string
}

/** A role for those in a group of the directory. */
interface ScimGroupRole {
  readonly role_id: string
  readonly group_id: string
  readonly group_name: string
}

/** A group of the directory. */
export interface ScimGroup {
  readonly group_id: string
  readonly group_name: string
  /** Ids of members. */
  readonly member_ids: readonly string[]
}
