import type { Principal } from '@lockstitch/guard'

import type { M2MToken } from '../access-tokens.ts'
import { emptyAttributes, tokenOf } from './common.ts'

/**
 * The principal of a machine; `now` in milliseconds since 1970. Its rights are its scopes, its role
 * says only what it is, and it belongs to no organization.
 */
export function principalFromM2MToken(token: M2MToken, now: number): Principal {
  return {
    id: token.clientId,
    roles: ['m2m_client'],
    scope: '',
    attr: {
      ...emptyAttributes(),
      kind: token.kind,
      scopes: [...token.scopes],
      token: tokenOf(token.token, now),
    },
  }
}
