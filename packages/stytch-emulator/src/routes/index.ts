import type { Endpoint } from '../endpoint.ts'
import { discoveryEndpoints } from './discovery.ts'
import { magicLinkEndpoints } from './magic-links.ts'
import { memberFactorEndpoints } from './member-factors.ts'
import { memberEndpoints } from './members.ts'
import { oauthEndpoints } from './oauth.ts'
import { organizationEndpoints } from './organizations.ts'
import { otpEndpoints } from './otps.ts'
import { passwordEndpoints } from './passwords.ts'
import { rbacEndpoints } from './rbac.ts'
import { recoveryCodeEndpoints } from './recovery-codes.ts'
import { sessionEndpoints } from './sessions.ts'
import { ssoEndpoints } from './sso.ts'
import { totpEndpoints } from './totps.ts'

/** The table of endpoints: what is not in it is not emulated. */
export const endpoints: readonly Endpoint[] = [
  ...organizationEndpoints,
  ...memberEndpoints,
  ...memberFactorEndpoints,
  ...magicLinkEndpoints,
  ...otpEndpoints,
  ...passwordEndpoints,
  ...oauthEndpoints,
  ...ssoEndpoints,
  ...totpEndpoints,
  ...recoveryCodeEndpoints,
  ...discoveryEndpoints,
  ...sessionEndpoints,
  ...rbacEndpoints,
]
