import type { Endpoint } from '../endpoint.ts'
import { endpoints } from '../routes/index.ts'

/**
 * As whom a page calls. `anyone` needs no session; `sign-in` adds to the session that is there, if one is;
 * `second-factor` needs a session or an intermediate one; the others need a session, and tell the endpoint
 * whose it is: the session itself, the member or user with it, or the member's organization.
 */
export type CallerKind =
  | 'anyone'
  | 'sign-in'
  | 'second-factor'
  | 'session'
  | 'self'
  | 'organization'
  | 'own-factor'

/** An endpoint of the frontend SDKs: one of the backend's, called by a page for whoever is signed in there. */
export interface FrontendEndpoint {
  readonly method: Endpoint['method']
  /** The path below `/sdk/v1`. */
  readonly path: string
  readonly as: CallerKind
  /** Fields that pages call something else. */
  readonly renamed: Readonly<Record<string, string>>
  /** What does the work. */
  readonly endpoint: Endpoint
}

type Row = readonly [
  method: Endpoint['method'],
  path: string,
  sdk: string,
  as: CallerKind,
  renamed?: FrontendEndpoint['renamed'],
]

// biome-ignore format: table
const memberRows: readonly Row[] = [
  ['POST',   '/b2b/magic_links/email/login_or_signup',          'magicLinks.email.loginOrSignup',           'anyone'],
  ['POST',   '/b2b/magic_links/email/invite',                   'magicLinks.email.invite',                  'organization'],
  ['POST',   '/b2b/magic_links/email/discovery/send',           'magicLinks.email.discovery.send',          'anyone'],
  ['POST',   '/b2b/magic_links/authenticate',                   'magicLinks.authenticate',                  'sign-in'],
  ['POST',   '/b2b/magic_links/discovery/authenticate',         'magicLinks.discovery.authenticate',        'anyone'],
  ['POST',   '/b2b/otps/email/login_or_signup',                 'otps.email.loginOrSignup',                 'anyone'],
  ['POST',   '/b2b/otps/email/authenticate',                    'otps.email.authenticate',                  'sign-in'],
  ['POST',   '/b2b/otps/email/discovery/send',                  'otps.email.discovery.send',                'anyone'],
  ['POST',   '/b2b/otps/email/discovery/authenticate',          'otps.email.discovery.authenticate',        'anyone'],
  ['POST',   '/b2b/otps/sms/send',                              'otps.sms.send',                            'second-factor'],
  ['POST',   '/b2b/otps/sms/authenticate',                      'otps.sms.authenticate',                    'second-factor'],
  ['POST',   '/b2b/totp',                                       'totps.create',                             'second-factor'],
  ['POST',   '/b2b/totp/authenticate',                          'totps.authenticate',                       'second-factor'],
  ['POST',   '/b2b/recovery_codes/recover',                     'recoveryCodes.recover',                    'second-factor'],
  ['POST',   '/b2b/recovery_codes/rotate',                      'recoveryCodes.rotate',                     'self'],
  ['GET',    '/b2b/recovery_codes',                             'recoveryCodes.get',                        'self'],
  ['POST',   '/b2b/passwords/authenticate',                     'passwords.authenticate',                   'sign-in'],
  ['POST',   '/b2b/passwords/strength_check',                   'passwords.strengthCheck',                  'anyone'],
  ['POST',   '/b2b/passwords/email/reset/start',                'passwords.email.resetStart',               'anyone'],
  ['POST',   '/b2b/passwords/email/reset',                      'passwords.email.reset',                    'sign-in'],
  ['POST',   '/b2b/passwords/existing_password/reset',          'passwords.existingPassword.reset',         'sign-in'],
  ['POST',   '/b2b/passwords/session/reset',                    'passwords.sessions.reset',                 'session'],
  ['POST',   '/b2b/passwords/discovery/reset/start',            'passwords.discovery.email.resetStart',     'anyone'],
  ['POST',   '/b2b/passwords/discovery/reset',                  'passwords.discovery.email.reset',          'anyone'],
  ['POST',   '/b2b/passwords/discovery/authenticate',           'passwords.discovery.authenticate',         'anyone'],
  ['POST',   '/b2b/oauth/authenticate',                         'oauth.authenticate',                       'sign-in'],
  ['POST',   '/b2b/oauth/discovery/authenticate',               'oauth.discovery.authenticate',             'anyone'],
  ['POST',   '/b2b/sso/authenticate',                           'sso.authenticate',                         'sign-in'],
  ['POST',   '/b2b/discovery/organizations',                    'discovery.organizations.list',             'sign-in'],
  ['POST',   '/b2b/discovery/organizations/create',             'discovery.organizations.create',           'anyone'],
  ['POST',   '/b2b/discovery/intermediate_sessions/exchange',   'discovery.intermediateSessions.exchange',  'anyone'],
  ['POST',   '/b2b/impersonation/authenticate',                 'impersonation.authenticate',               'anyone'],
  ['POST',   '/b2b/sessions/authenticate',                      'sessions.authenticate',                    'session'],
  ['POST',   '/b2b/sessions/revoke',                            'sessions.revoke',                          'session'],
  ['POST',   '/b2b/sessions/revoke/:member_id',                 'sessions.revoke',                          'organization'],
  ['POST',   '/b2b/sessions/exchange',                          'sessions.exchange',                        'session'],
  ['POST',   '/b2b/sessions/exchange_access_token',             'sessions.exchangeAccessToken',             'anyone'],
  ['POST',   '/b2b/sessions/attest',                            'sessions.attest',                          'anyone'],
  ['GET',    '/b2b/organizations/me',                           'organizations.get',                        'organization'],
  ['PUT',    '/b2b/organizations/me',                           'organizations.update',                     'organization'],
  ['DELETE', '/b2b/organizations/me',                           'organizations.delete',                     'organization'],
  ['GET',    '/b2b/organizations/connected_apps',               'organizations.connectedApps',              'organization'],
  ['GET',    '/b2b/organizations/connected_apps/:connected_app_id', 'organizations.getConnectedApp',        'organization'],
  ['POST',   '/b2b/organizations/members',                      'organizations.members.create',             'organization'],
  ['POST',   '/b2b/organizations/me/members/search',            'organizations.members.search',             'organization'],
  ['GET',    '/b2b/organizations/members/me',                   'organizations.members.get',                'self'],
  ['PUT',    '/b2b/organizations/members/update',               'organizations.members.update',             'self'],
  ['DELETE', '/b2b/organizations/members/deletePhoneNumber',    'organizations.members.deleteMFAPhoneNumber', 'self'],
  ['DELETE', '/b2b/organizations/members/deleteTOTP',           'organizations.members.deleteTOTP',         'self'],
  ['DELETE', '/b2b/organizations/members/passwords/:member_password_id', 'organizations.members.deletePassword', 'organization'],
  ['POST',   '/b2b/organizations/members/unlink_retired_email', 'organizations.members.unlinkRetiredEmail', 'self'],
  ['POST',   '/b2b/organizations/members/start_email_update',   'organizations.members.startEmailUpdate',   'self'],
  ['GET',    '/b2b/organizations/members/connected_apps',       'organizations.members.getConnectedApps',   'self'],
  ['POST',   '/b2b/organizations/members/connected_apps/:connected_app_id/revoke', 'organizations.members.connectedApps.revoke', 'self'],
  ['PUT',    '/b2b/organizations/members/:member_id',           'organizations.members.update',             'organization'],
  ['DELETE', '/b2b/organizations/members/:member_id',           'organizations.members.delete',             'organization'],
  ['PUT',    '/b2b/organizations/members/:member_id/reactivate', 'organizations.members.reactivate',        'organization'],
  ['DELETE', '/b2b/organizations/members/mfa_phone_numbers/:member_id', 'organizations.members.deleteMFAPhoneNumber', 'organization'],
  ['DELETE', '/b2b/organizations/members/totp/:member_id',      'organizations.members.deleteTOTP',         'organization'],
  ['POST',   '/b2b/organizations/members/:member_id/unlink_retired_email', 'organizations.members.unlinkRetiredEmail', 'organization'],
  ['POST',   '/b2b/organizations/members/:member_id/start_email_update', 'organizations.members.startEmailUpdate', 'organization'],
  ['GET',    '/b2b/organizations/members/:member_id/connected_apps', 'organizations.members.getConnectedApps', 'organization'],
  ['POST',   '/b2b/organizations/members/:member_id/connected_apps/:connected_app_id/revoke', 'organizations.members.connectedApps.revoke', 'organization'],
  ['GET',    '/b2b/sso',                                        'sso.getConnections',                       'organization'],
  ['DELETE', '/b2b/sso/:connection_id',                         'sso.deleteConnection',                     'organization'],
  ['POST',   '/b2b/sso/saml',                                   'sso.saml.createConnection',                'organization'],
  ['PUT',    '/b2b/sso/saml/:connection_id',                    'sso.saml.updateConnection',                'organization'],
  ['PUT',    '/b2b/sso/saml/:connection_id/url',                'sso.saml.updateByURL',                     'organization'],
  ['DELETE', '/b2b/sso/saml/:connection_id/verification_certificates/:certificate_id', 'sso.saml.deleteVerificationCertificate', 'organization'],
  ['DELETE', '/b2b/sso/saml/:connection_id/encryption_private_key/:private_key_id', 'sso.saml.deleteEncryptionPrivateKey', 'organization'],
  ['POST',   '/b2b/sso/oidc',                                   'sso.oidc.createConnection',                'organization'],
  ['PUT',    '/b2b/sso/oidc/:connection_id',                    'sso.oidc.updateConnection',                'organization'],
  ['POST',   '/b2b/sso/external',                               'sso.external.createConnection',            'organization'],
  ['PUT',    '/b2b/sso/external/:connection_id',                'sso.external.updateConnection',            'organization'],
  ['GET',    '/b2b/scim',                                       'scim.connection.get',                      'organization'],
  ['POST',   '/b2b/scim',                                       'scim.connection.create',                   'organization'],
  ['PUT',    '/b2b/scim/:connection_id',                        'scim.connection.update',                   'organization'],
  ['DELETE', '/b2b/scim/:connection_id',                        'scim.connection.delete',                   'organization'],
  ['POST',   '/b2b/scim/groups',                                'scim.connection.getGroups',                'organization'],
  ['POST',   '/b2b/scim/rotate/start',                          'scim.connection.rotateStart',              'organization'],
  ['POST',   '/b2b/scim/rotate/complete',                       'scim.connection.rotateComplete',           'organization'],
  ['POST',   '/b2b/scim/rotate/cancel',                         'scim.connection.rotateCancel',             'organization'],
  ['POST',   '/idp/b2b/oauth/authorize/start',                  'idp.oauth.authorizeStart',                 'session'],
  ['POST',   '/idp/b2b/oauth/authorize/submit',                 'idp.oauth.authorize',                      'session'],
]

// biome-ignore format: table
const userRows: readonly Row[] = [
  ['POST',   '/magic_links/email/login_or_create',              'magicLinks.email.loginOrCreate',           'anyone'],
  ['POST',   '/magic_links/email/send/primary',                 'magicLinks.email.send',                    'anyone'],
  ['POST',   '/magic_links/email/send/secondary',               'magicLinks.email.send',                    'session'],
  ['POST',   '/magic_links/authenticate',                       'magicLinks.authenticate',                  'sign-in'],
  ['POST',   '/otps/sms/login_or_create',                       'otps.sms.loginOrCreate',                   'anyone'],
  ['POST',   '/otps/sms/send/primary',                          'otps.sms.send',                            'anyone'],
  ['POST',   '/otps/sms/send/secondary',                        'otps.sms.send',                            'session'],
  ['POST',   '/otps/whatsapp/login_or_create',                  'otps.whatsapp.loginOrCreate',              'anyone'],
  ['POST',   '/otps/whatsapp/send/primary',                     'otps.whatsapp.send',                       'anyone'],
  ['POST',   '/otps/whatsapp/send/secondary',                   'otps.whatsapp.send',                       'session'],
  ['POST',   '/otps/email/login_or_create',                     'otps.email.loginOrCreate',                 'anyone'],
  ['POST',   '/otps/email/send/primary',                        'otps.email.send',                          'anyone'],
  ['POST',   '/otps/email/send/secondary',                      'otps.email.send',                          'session'],
  ['POST',   '/otps/authenticate',                              'otps.authenticate',                        'sign-in', { token: 'code' }],
  ['POST',   '/passwords',                                      'passwords.create',                         'anyone'],
  ['POST',   '/passwords/authenticate',                         'passwords.authenticate',                   'sign-in'],
  ['POST',   '/passwords/strength_check',                       'passwords.strengthCheck',                  'anyone'],
  ['POST',   '/passwords/email/reset/start',                    'passwords.email.resetStart',               'anyone'],
  ['POST',   '/passwords/email/reset',                          'passwords.email.reset',                    'sign-in'],
  ['POST',   '/passwords/existing_password/reset',              'passwords.existingPassword.reset',         'sign-in'],
  ['POST',   '/passwords/session/reset',                        'passwords.sessions.reset',                 'session'],
  ['POST',   '/oauth/authenticate',                             'oauth.authenticate',                       'sign-in'],
  ['POST',   '/oauth/attach',                                   'oauth.attach',                             'session'],
  ['POST',   '/totps',                                          'totps.create',                             'self'],
  ['POST',   '/totps/authenticate',                             'totps.authenticate',                       'self'],
  ['POST',   '/totps/recovery_codes',                           'totps.recoveryCodes',                      'self'],
  ['POST',   '/totps/recover',                                  'totps.recover',                            'self'],
  ['POST',   '/webauthn/register/start',                        'webauthn.registerStart',                   'self'],
  ['POST',   '/webauthn/register',                              'webauthn.register',                        'self'],
  ['POST',   '/webauthn/authenticate/start/primary',            'webauthn.authenticateStart',               'anyone'],
  ['POST',   '/webauthn/authenticate/start/secondary',          'webauthn.authenticateStart',               'self'],
  ['POST',   '/webauthn/authenticate',                          'webauthn.authenticate',                    'sign-in'],
  ['PUT',    '/webauthn/update/:webauthn_registration_id',      'webauthn.update',                          'own-factor'],
  ['POST',   '/impersonation/authenticate',                     'impersonation.authenticate',               'anyone'],
  ['POST',   '/sessions/authenticate',                          'sessions.authenticate',                    'session'],
  ['POST',   '/sessions/revoke',                                'sessions.revoke',                          'session'],
  ['POST',   '/sessions/exchange_access_token',                 'sessions.exchangeAccessToken',             'anyone'],
  ['POST',   '/sessions/attest',                                'sessions.attest',                          'anyone'],
  ['GET',    '/users/me',                                       'users.get',                                'self'],
  ['PUT',    '/users/me',                                       'users.update',                             'self'],
  ['DELETE', '/users/emails/:email_id',                         'users.deleteEmail',                        'own-factor'],
  ['DELETE', '/users/phone_numbers/:phone_id',                  'users.deletePhoneNumber',                  'own-factor'],
  ['DELETE', '/users/totps/:totp_id',                           'users.deleteTOTP',                         'own-factor'],
  ['DELETE', '/users/oauth/:oauth_user_registration_id',        'users.deleteOAuthRegistration',            'own-factor'],
  ['DELETE', '/users/webauthn_registrations/:webauthn_registration_id', 'users.deleteWebAuthnRegistration', 'own-factor'],
  ['GET',    '/users/connected_apps',                           'users.connectedApps',                      'self'],
  ['POST',   '/users/connected_apps/:connected_app_id/revoke',  'users.revoke',                             'self'],
  ['POST',   '/idp/oauth/authorize/start',                      'idp.oauth.authorizeStart',                 'session'],
  ['POST',   '/idp/oauth/authorize/submit',                     'idp.oauth.authorize',                      'session'],
]

/** What the pages of members may call. */
export const memberFrontend: readonly FrontendEndpoint[] = memberRows.map((row) =>
  rowOf('B2BClient', row),
)

/** What the pages of users may call. */
export const userFrontend: readonly FrontendEndpoint[] = userRows.map((row) => rowOf('Client', row))

function rowOf(
  client: 'B2BClient' | 'Client',
  [method, path, sdk, as, renamed = {}]: Row,
): FrontendEndpoint {
  const found = endpoints.find((one) => one.sdk === sdk && one.clients.includes(client))
  if (found === undefined) throw new Error(`no endpoint of ${client} is \`${sdk}\``)
  return { method, path, as, renamed, endpoint: found }
}
