import type { IncomingHttpHeaders } from 'node:http'

import type { Emulation } from '../emulation.ts'
import { StytchFailure } from '../errors.ts'
import { rolesOf } from '../organizations.ts'
import { grantingRoles } from '../rbac.ts'
import { requireSession, type SignedIn, sessionRoles } from '../sessions.ts'

/** An action that a member needs permission for. */
export interface Need {
  readonly organization_id: string
  readonly resource_id: string
  readonly action: string
}

/** The member whose session the SDK's `authorization` option sent along. */
export function callingMember(
  emulation: Emulation,
  headers: IncomingHttpHeaders,
): SignedIn | undefined {
  const session_token = single(headers['x-stytch-member-session'])
  const session_jwt = single(headers['x-stytch-member-sessionjwt'])
  if (session_token === undefined && session_jwt === undefined) return undefined
  return requireSession(emulation, { session_token, session_jwt })
}

/**
 * The roles of a session that grant an action. The organization is compared first: a member of
 * another one learns nothing about the permission.
 * @see https://stytch.com/docs/b2b/guides/rbac/overview
 */
export function assertPermitted(
  { project }: Emulation,
  signedIn: SignedIn,
  { organization_id, resource_id, action }: Need,
): string[] {
  if (organization_id !== signedIn.organization.organization_id)
    throw new StytchFailure('session_authorization_tenancy_error')
  const roles = rolesOf(project, signedIn.organization)
  const granting = grantingRoles(roles, sessionRoles(signedIn), resource_id, action)
  if (granting.length === 0) throw new StytchFailure('session_authorization_error')
  return granting
}

/** Trusted metadata is the application's own: no member may write it, whatever their roles. */
export function refuseTrustedMetadata(fields: { readonly trusted_metadata?: unknown }): void {
  if (fields.trusted_metadata !== undefined)
    throw new StytchFailure('cannot_update_trusted_metadata')
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}
