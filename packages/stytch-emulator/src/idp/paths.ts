type IdpPath =
  | 'issuer'
  | 'discovery'
  | 'authorize'
  | 'token'
  | 'userinfo'
  | 'jwks'
  | 'saml'
  | 'samlMetadata'

/** Where the emulator's identity provider is. */
export const idpPaths: Readonly<Record<IdpPath, string>> = {
  issuer: '/__emulator/idp',
  discovery: '/__emulator/idp/.well-known/openid-configuration',
  authorize: '/__emulator/idp/authorize',
  token: '/__emulator/idp/token',
  userinfo: '/__emulator/idp/userinfo',
  jwks: '/__emulator/idp/jwks',
  saml: '/__emulator/idp/saml',
  samlMetadata: '/__emulator/idp/saml/metadata',
}

/** The secret of each of its clients; any client id will do. */
export const idpClientSecret = 'secret-test-idp'
