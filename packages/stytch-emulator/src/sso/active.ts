import type { OidcConnection, SamlConnection, SsoConnection } from './entities.ts'

/** Whether members can sign in with a connection: it has all that it takes. */
export function isActive(connection: SsoConnection): boolean {
  if (connection.kind === 'saml') return missingOfSaml(connection).length === 0
  if (connection.kind === 'oidc') return missingOfOidc(connection).length === 0
  return true
}

function missingOfSaml(connection: SamlConnection): readonly string[] {
  const { idp_sso_url, idp_entity_id, attribute_mapping, verification_certificates } = connection
  return [
    ...(idp_sso_url === '' ? ['idp_sso_url'] : []),
    ...(idp_entity_id === '' ? ['idp_entity_id'] : []),
    ...(Object.keys(attribute_mapping).length === 0 ? ['attribute_mapping'] : []),
    ...(verification_certificates.length === 0 ? ['x509_certificate'] : []),
  ]
}

function missingOfOidc(connection: OidcConnection): readonly string[] {
  const needed = [
    'issuer',
    'client_id',
    'client_secret',
    'authorization_url',
    'token_url',
    'userinfo_url',
    'jwks_url',
  ] as const
  return needed.filter((field) => connection[field] === '')
}
