import type { Principal, Value } from '@lockstitch/guard'

import type { AppToken } from '../access-tokens.ts'
import { actorOf, emptyAttributes, tokenOf } from './common.ts'

/** Two principals, each of which has to be allowed what the app asks for. */
export interface AppPrincipals {
  /** The member or user, with their own roles, and the app as an attribute. */
  readonly principal: Principal
  /** The app, with the role `connected_app` and its scopes. */
  readonly actor: Principal
}

/** What a Connected App's token does not say, and Stytch was asked. */
export interface AppParts {
  readonly token: AppToken
  /** The roles of the member or user by the names that policies use. */
  readonly roles: readonly string[]
  readonly isFirstParty: boolean
  /** Milliseconds since 1970. */
  readonly now: number
}

/**
 * The principals of an app that acts for somebody. They are two, and neither has a role of the
 * other's: on one principal a rule that gives the app something would give it beyond the member's
 * rights, and one that gives the member something beyond the app's scopes.
 */
export function principalsFromAppToken(parts: AppParts): AppPrincipals {
  const { token, roles, isFirstParty, now } = parts
  const { subject, clientId, scopes } = token
  const organization: Record<string, Value> =
    subject.kind === 'b2b_member'
      ? { organization_id: subject.organizationId, organization_slug: subject.organizationSlug }
      : {}
  const scope = subject.kind === 'b2b_member' ? subject.organizationId : ''
  const attr = {
    ...emptyAttributes(),
    ...organization,
    token: tokenOf(token.token, now),
    actor: actorOf({ clientId, scopes, isFirstParty }),
  }
  return {
    principal: { id: subject.id, roles: [...roles], scope, attr: { ...attr, kind: subject.kind } },
    actor: {
      id: clientId,
      roles: ['connected_app'],
      scope,
      attr: { ...attr, kind: token.kind, scopes: [...scopes] },
    },
  }
}
