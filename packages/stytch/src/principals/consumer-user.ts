import type { Principal } from '@lockstitch/guard'

import type { UserSession } from '../session.ts'
import { authOf, emptyAttributes, impersonationOf, sessionOf, tokenOf } from './common.ts'

/** The principal of a consumer user's session; `now` in milliseconds since 1970. */
export function principalFromUserSession(
  session: UserSession,
  roles: readonly string[],
  now: number,
): Principal {
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
    },
  }
}
