import type { Principal } from '@lockstitch/guard'

import { askedAttributes, type PrincipalParts } from '../principal.ts'
import type { UserSession } from '../session.ts'
import { authOf, emptyAttributes, impersonationOf, sessionOf, tokenOf } from './common.ts'

/** What the principal of a user is made of. */
export interface UserPrincipalParts extends Omit<PrincipalParts, 'session'> {
  readonly session: UserSession
}

/** The principal of a consumer user's session. */
export function principalFromUserSession(parts: UserPrincipalParts): Principal {
  const { session, roles, attributes, untrusted, now } = parts
  return {
    id: session.userId,
    roles: [...roles],
    scope: '',
    attr: {
      ...emptyAttributes(),
      kind: session.kind,
      auth: authOf(session.factors),
      session: sessionOf(session),
      token: tokenOf(session.token, now),
      impersonation: impersonationOf(session.factors),
      custom_claims: { ...session.customClaims },
      ...askedAttributes(attributes),
      ...(untrusted === undefined ? {} : { untrusted }),
    },
  }
}
