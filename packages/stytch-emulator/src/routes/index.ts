import type { Endpoint } from '../endpoint.ts'
import { connectedAppEndpoints } from './connected-apps.ts'
import { userMagicLinkEndpoints } from './consumer/magic-links.ts'
import { userOAuthEndpoints } from './consumer/oauth.ts'
import { userOtpEndpoints } from './consumer/otps.ts'
import { userPasswordEndpoints } from './consumer/passwords.ts'
import { userSessionImportEndpoints } from './consumer/session-imports.ts'
import { userSessionEndpoints } from './consumer/sessions.ts'
import { userTotpEndpoints } from './consumer/totps.ts'
import { userEndpoints } from './consumer/users.ts'
import { userWebAuthnEndpoints } from './consumer/webauthn.ts'
import { discoveryEndpoints } from './discovery.ts'
import { idpOAuthEndpoints } from './idp-oauth.ts'
import { impersonationEndpoints } from './impersonation.ts'
import { m2mEndpoints } from './m2m.ts'
import { magicLinkEndpoints } from './magic-links.ts'
import { memberFactorEndpoints } from './member-factors.ts'
import { memberEndpoints } from './members.ts'
import { oauthEndpoints } from './oauth.ts'
import { oauth2Endpoints } from './oauth2.ts'
import { organizationEndpoints } from './organizations.ts'
import { otpEndpoints } from './otps.ts'
import { passwordEndpoints } from './passwords.ts'
import { rbacEndpoints } from './rbac.ts'
import { recoveryCodeEndpoints } from './recovery-codes.ts'
import { scimEndpoints } from './scim.ts'
import { sessionImportEndpoints } from './session-imports.ts'
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
  ...sessionImportEndpoints,
  ...impersonationEndpoints,
  ...scimEndpoints,
  ...m2mEndpoints,
  ...connectedAppEndpoints,
  ...idpOAuthEndpoints,
  ...oauth2Endpoints,
  ...userEndpoints,
  ...userSessionEndpoints,
  ...userMagicLinkEndpoints,
  ...userOtpEndpoints,
  ...userPasswordEndpoints,
  ...userTotpEndpoints,
  ...userOAuthEndpoints,
  ...userWebAuthnEndpoints,
  ...userSessionImportEndpoints,
  ...rbacEndpoints,
]
