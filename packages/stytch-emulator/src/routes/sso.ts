import { X509Certificate } from 'node:crypto'

import type { Emulation } from '../emulation.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import type { Organization } from '../entities.ts'
import { type ErrorType, StytchFailure } from '../errors.ts'
import {
  boolean,
  given,
  jsonObject,
  listOf,
  object,
  oneOf,
  optional,
  string,
  text,
} from '../fields.ts'
import { completeFirstFactor, firstFactorFields } from '../first-factor.ts'
import { memberOfHandover, requireHandover, useUpHandover } from '../handovers.ts'
import { replaceConnections, requireOrganization } from '../organizations.ts'
import { isActive } from '../sso/active.ts'
import { registerAssertion } from '../sso/arrival.ts'
import {
  assertRoles,
  findConnection,
  requireConnection,
  saveConnection,
  showConnection,
} from '../sso/connections.ts'
import type { Certificate, EncryptionKey, SamlConnection, SsoConnection } from '../sso/entities.ts'
import { readIdpMetadata } from '../sso/idp-metadata.ts'
import { discoverProvider } from '../sso/provider-metadata.ts'
import type { Need } from '../steps/authorize-member.ts'
import { type InOrganization, organizationOfCall } from './of-member.ts'

// biome-ignore format: list
const identityProvider = oneOf(['classlink', 'cyberark', 'duo', 'google-workspace', 'jumpcloud', 'keycloak', 'miniorange', 'microsoft-entra', 'okta', 'onelogin', 'pingfederate', 'rippling', 'salesforce', 'shibboleth', 'generic'], 'invalid_sso_idp')

const newConnection = {
  organization_id: string,
  display_name: optional(text),
  identity_provider: optional(identityProvider),
}

const connectionReference = { organization_id: string, connection_id: string }
const connectionRoles = optional(listOf(object({ role_id: string })))
const groupRoles = optional(listOf(object({ role_id: string, group: string })))

/** How many certificates a connection may have. */
const maxCertificates = 5

/** SSO: the connections of an organization, and what comes back from its identity provider. */
export const ssoEndpoints: readonly Endpoint[] = [
  endpoint(
    { method: 'GET', path: '/v1/b2b/sso/:organization_id', sdk: 'sso.getConnections' },
    { organization_id: string },
    {
      needs: (call) => ssoNeed(call, 'get'),
      run(call) {
        const organization = organizationOfCall(call)
        const shown = (kind: SsoConnection['kind']): object[] =>
          organization.sso_connections
            .filter((connection) => connection.kind === kind)
            .map((connection) => showConnection(call, organization, connection))
        return {
          saml_connections: shown('saml'),
          oidc_connections: shown('oidc'),
          external_connections: shown('external'),
        }
      },
    },
  ),
  endpoint(
    {
      method: 'DELETE',
      path: '/v1/b2b/sso/:organization_id/connections/:connection_id',
      sdk: 'sso.deleteConnection',
    },
    connectionReference,
    {
      needs: (call) => ssoNeed(call, 'delete'),
      run(call) {
        const organization = organizationOfCall(call)
        const { connection_id } = requireConnection(
          organization,
          call.fields.connection_id,
          'saml',
          'oidc',
          'external',
        )
        if (organization.sso_default_connection_id === connection_id)
          throw new StytchFailure('cannot_delete_default_sso_connection')
        replaceConnections(
          call,
          organization,
          organization.sso_connections.filter((one) => one.connection_id !== connection_id),
        )
        return { connection_id }
      },
    },
  ),
  endpoint(
    { method: 'POST', path: '/v1/b2b/sso/authenticate', sdk: 'sso.authenticate' },
    { sso_token: string, pkce_code_verifier: optional(string), ...firstFactorFields },
    {
      run(call) {
        const { fields } = call
        const handover = requireHandover(call, 'sso', fields.sso_token, fields.pkce_code_verifier)
        const { member: known, organization } = memberOfHandover(call, handover)
        // It may have been deleted since.
        const { connection_id } = handover.proof
        requireConnection(organization, connection_id, 'saml', 'oidc', 'external')
        const { member, factor } = registerAssertion(call, known, handover.proof)
        const factors = [factor]
        const answer = completeFirstFactor(call, fields, { organization, member, factors })
        useUpHandover(call, handover)
        return { ...answer, reset_session: false }
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/sso/oidc/:organization_id',
      sdk: 'sso.oidc.createConnection',
    },
    newConnection,
    {
      needs: (call) => ssoNeed(call, 'create'),
      run(call) {
        const organization = organizationOfCall(call)
        const { display_name = '', identity_provider = 'generic' } = call.fields
        return saved(call, organization, {
          kind: 'oidc',
          connection_id: call.ids.id('oidc-connection'),
          display_name,
          identity_provider,
          client_id: '',
          client_secret: '',
          issuer: '',
          authorization_url: '',
          token_url: '',
          userinfo_url: '',
          jwks_url: '',
          custom_scopes: '',
          attribute_mapping: {},
        })
      },
    },
  ),
  endpoint(
    {
      method: 'PUT',
      path: '/v1/b2b/sso/oidc/:organization_id/connections/:connection_id',
      sdk: 'sso.oidc.updateConnection',
    },
    {
      ...connectionReference,
      display_name: optional(text),
      identity_provider: optional(identityProvider),
      client_id: optional(string),
      client_secret: optional(string),
      issuer: optional(string),
      authorization_url: optional(string),
      token_url: optional(string),
      userinfo_url: optional(string),
      jwks_url: optional(string),
      custom_scopes: optional(text),
      attribute_mapping: optional(jsonObject),
    },
    {
      needs: (call) => ssoNeed(call, 'update'),
      async run(call) {
        const { organization_id, connection_id, ...fields } = call.fields
        const { issuer } = fields
        assertUrl(issuer, 'oidc_connection_issuer_url_invalid_format')
        assertUrl(fields.authorization_url, 'oidc_connection_authorization_url_invalid_format')
        assertUrl(fields.token_url, 'oidc_connection_token_url_invalid_format')
        assertUrl(fields.userinfo_url, 'oidc_connection_userinfo_url_invalid_format')
        assertUrl(fields.jwks_url, 'oidc_connection_jwks_url_invalid_format')
        const { issuer: former } = requireConnection(
          requireOrganization(call.project, organization_id),
          connection_id,
          'oidc',
        )
        const found =
          issuer === undefined || issuer === former ? {} : await discoverProvider(issuer)
        // Read again: while the metadata were fetched, others may have changed the organization.
        const organization = requireOrganization(call.project, organization_id)
        const known = requireConnection(organization, connection_id, 'oidc')
        return {
          ...saved(call, organization, { ...known, ...found, ...given(fields) }),
          warning:
            found === undefined
              ? 'The metadata of the issuer could not be retrieved; only the values of the request were taken.'
              : '',
        }
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/sso/saml/:organization_id',
      sdk: 'sso.saml.createConnection',
    },
    newConnection,
    {
      needs: (call) => ssoNeed(call, 'create'),
      run(call) {
        const organization = organizationOfCall(call)
        const { display_name = '', identity_provider = 'generic' } = call.fields
        return saved(call, organization, {
          kind: 'saml',
          connection_id: call.ids.id('saml-connection'),
          display_name,
          identity_provider,
          idp_entity_id: '',
          idp_sso_url: '',
          attribute_mapping: {},
          verification_certificates: [],
          encryption_private_keys: [],
          connection_roles: [],
          group_roles: [],
          alternative_audience_uri: '',
          nameid_format: '',
          alternative_acs_url: '',
          idp_initiated_auth_disabled: false,
          allow_gateway_callback: false,
        })
      },
    },
  ),
  endpoint(
    {
      method: 'PUT',
      path: '/v1/b2b/sso/saml/:organization_id/connections/:connection_id',
      sdk: 'sso.saml.updateConnection',
    },
    {
      ...connectionReference,
      display_name: optional(text),
      identity_provider: optional(identityProvider),
      idp_entity_id: optional(string),
      idp_sso_url: optional(string),
      attribute_mapping: optional(jsonObject),
      x509_certificate: optional(string),
      saml_connection_implicit_role_assignments: connectionRoles,
      saml_group_implicit_role_assignments: groupRoles,
      alternative_audience_uri: optional(text),
      nameid_format: optional(text),
      alternative_acs_url: optional(text),
      idp_initiated_auth_disabled: optional(boolean),
      saml_encryption_private_key: optional(string),
      allow_gateway_callback: optional(boolean),
    },
    {
      needs: (call) => ssoNeed(call, 'update'),
      run(call) {
        const organization = organizationOfCall(call)
        const {
          organization_id: _organization,
          connection_id,
          x509_certificate,
          saml_encryption_private_key,
          saml_connection_implicit_role_assignments: connection_roles,
          saml_group_implicit_role_assignments: group_roles,
          ...fields
        } = call.fields
        const known = requireConnection(organization, connection_id, 'saml')
        assertUrl(fields.idp_sso_url, 'saml_connection_idp_sso_url_invalid_format')
        assertMapping(fields.attribute_mapping)
        assertRoles(call.project, organization, [
          ...(connection_roles ?? []),
          ...(group_roles ?? []),
        ])
        const connection = {
          ...known,
          ...given({ ...fields, connection_roles, group_roles }),
          ...(x509_certificate !== undefined && withCertificates(call, known, [x509_certificate])),
          ...(saml_encryption_private_key !== undefined &&
            withEncryptionKey(call, known, saml_encryption_private_key)),
        }
        const mapsGroups = 'groups' in connection.attribute_mapping
        if (connection.group_roles.length > 0 && !mapsGroups)
          throw new StytchFailure('saml_connection_attribute_mapping_missing_groups_key')
        return saved(call, organization, connection)
      },
    },
  ),
  endpoint(
    {
      method: 'PUT',
      path: '/v1/b2b/sso/saml/:organization_id/connections/:connection_id/url',
      sdk: 'sso.saml.updateByURL',
    },
    { ...connectionReference, metadata_url: string },
    {
      needs: (call) => ssoNeed(call, 'update'),
      async run(call) {
        requireConnection(organizationOfCall(call), call.fields.connection_id, 'saml')
        const { certificates, ...metadata } = await readIdpMetadata(call.fields.metadata_url)
        // Read again: while the metadata were fetched, others may have changed the organization.
        const organization = organizationOfCall(call)
        const known = requireConnection(organization, call.fields.connection_id, 'saml')
        const connection = {
          ...known,
          ...metadata,
          ...withCertificates(call, known, certificates),
        }
        return saved(call, organization, connection)
      },
    },
  ),
  endpoint(
    {
      method: 'DELETE',
      path: '/v1/b2b/sso/saml/:organization_id/connections/:connection_id/verification_certificates/:certificate_id',
      sdk: 'sso.saml.deleteVerificationCertificate',
    },
    { ...connectionReference, certificate_id: string },
    {
      needs: (call) => ssoNeed(call, 'update'),
      run(call) {
        const organization = organizationOfCall(call)
        const { connection_id, certificate_id } = call.fields
        const connection = requireConnection(organization, connection_id, 'saml')
        const verification_certificates = without(
          connection.verification_certificates,
          (one) => one.certificate_id === certificate_id,
          'sso_verification_key_not_found',
        )
        if (verification_certificates.length === 0 && isActive(connection))
          throw new StytchFailure('cannot_delete_last_sso_verification_key')
        saveConnection(call, organization, { ...connection, verification_certificates })
        return { certificate_id }
      },
    },
  ),
  endpoint(
    {
      method: 'DELETE',
      path: '/v1/b2b/sso/saml/:organization_id/connections/:connection_id/encryption_private_keys/:private_key_id',
      sdk: 'sso.saml.deleteEncryptionPrivateKey',
    },
    { ...connectionReference, private_key_id: string },
    {
      needs: (call) => ssoNeed(call, 'update'),
      run(call) {
        const organization = organizationOfCall(call)
        const { connection_id, private_key_id } = call.fields
        const connection = requireConnection(organization, connection_id, 'saml')
        const encryption_private_keys = without(
          connection.encryption_private_keys,
          (one) => one.private_key_id === private_key_id,
          'sso_encryption_private_key_not_found',
        )
        saveConnection(call, organization, { ...connection, encryption_private_keys })
        return { private_key_id }
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/sso/external/:organization_id',
      sdk: 'sso.external.createConnection',
    },
    {
      organization_id: string,
      external_organization_id: string,
      external_connection_id: string,
      display_name: optional(text),
      connection_implicit_role_assignments: connectionRoles,
      group_implicit_role_assignments: groupRoles,
    },
    {
      needs: (call) => ssoNeed(call, 'create'),
      run(call) {
        const organization = organizationOfCall(call)
        const { external_connection_id, display_name = '' } = call.fields
        const { connection_implicit_role_assignments: connection_roles = [] } = call.fields
        const { group_implicit_role_assignments: group_roles = [] } = call.fields
        const other = requireOrganization(call.project, call.fields.external_organization_id)
        const target = findConnection(call.project, external_connection_id)
        if (target?.organization.organization_id !== other.organization_id)
          throw new StytchFailure('external_connection_id_not_found')
        if (target.connection.kind === 'external' || !isActive(target.connection))
          throw new StytchFailure('external_connection_not_active')
        const isDuplicate = organization.sso_connections.some(
          (one) => one.kind === 'external' && one.external_connection_id === external_connection_id,
        )
        if (isDuplicate) throw new StytchFailure('duplicate_external_sso_connection')
        assertRoles(call.project, organization, [...connection_roles, ...group_roles])
        return saved(call, organization, {
          kind: 'external',
          connection_id: call.ids.id('external-connection'),
          display_name,
          external_organization_id: other.organization_id,
          external_connection_id,
          connection_roles,
          group_roles,
        })
      },
    },
  ),
  endpoint(
    {
      method: 'PUT',
      path: '/v1/b2b/sso/external/:organization_id/connections/:connection_id',
      sdk: 'sso.external.updateConnection',
    },
    {
      ...connectionReference,
      display_name: optional(text),
      external_connection_implicit_role_assignments: connectionRoles,
      external_group_implicit_role_assignments: groupRoles,
    },
    {
      needs: (call) => ssoNeed(call, 'update'),
      run(call) {
        const organization = organizationOfCall(call)
        const { connection_id, display_name } = call.fields
        const { external_connection_implicit_role_assignments: connection_roles } = call.fields
        const { external_group_implicit_role_assignments: group_roles } = call.fields
        const known = requireConnection(organization, connection_id, 'external')
        assertRoles(call.project, organization, [
          ...(connection_roles ?? []),
          ...(group_roles ?? []),
        ])
        return saved(call, organization, {
          ...known,
          ...given({ display_name, connection_roles, group_roles }),
        })
      },
    },
  ),
]

/** Saves a connection and answers with it. */
function saved(
  emulation: Emulation,
  organization: Organization,
  connection: SsoConnection,
): { readonly connection: object } {
  saveConnection(emulation, organization, connection)
  return { connection: showConnection(emulation, organization, connection) }
}

function ssoNeed(call: InOrganization, action: string): readonly Need[] {
  const { organization_id } = organizationOfCall(call)
  return [{ organization_id, resource_id: 'stytch.sso', action }]
}

/** A list without one of its things, which must be there. */
function without<T>(
  list: readonly T[],
  isIt: (one: T) => boolean,
  notFound: ErrorType,
): readonly T[] {
  const left = list.filter((one) => !isIt(one))
  if (left.length === list.length) throw new StytchFailure(notFound)
  return left
}

function assertUrl(url: string | undefined, type: ErrorType): void {
  if (url !== undefined && !(URL.canParse(url) && /^https?:/.test(url)))
    throw new StytchFailure(type)
}

/** Who someone is needs an address and a name; what has attributes of its own cannot be mapped. */
function assertMapping(mapping: object | undefined): void {
  if (mapping === undefined) return
  const fields = Object.keys(mapping)
  if (Object.values(mapping).some((value) => typeof value !== 'string'))
    throw new StytchFailure('saml_connection_no_nested_keys_in_attribute_mapping')
  if (!fields.includes('email')) throw new StytchFailure('saml_connection_email_mapping_required')
  const hasName =
    fields.includes('full_name') || (fields.includes('first_name') && fields.includes('last_name'))
  if (!hasName) throw new StytchFailure('saml_connection_name_mapping_required')
}

/** Beside the certificates that a connection has; one that it has already is not there twice. */
function withCertificates(
  { ids, clock }: Emulation,
  { verification_certificates: known }: SamlConnection,
  pems: readonly string[],
): Pick<SamlConnection, 'verification_certificates'> {
  const added: readonly Certificate[] = pems
    .map(parsedCertificate)
    .filter((one) => !known.some(({ certificate }) => certificate === one.toString()))
    .map((one) => ({
      certificate_id: ids.id('saml-verification-key'),
      certificate: one.toString(),
      issuer: one.issuer,
      created_at: clock.now(),
      expires_at: new Date(one.validTo),
    }))
  if (known.length + added.length > maxCertificates)
    throw new StytchFailure('too_many_sso_verification_certificates')
  return { verification_certificates: [...known, ...added] }
}

function parsedCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch {
    throw new StytchFailure('bad_request', 'x509_certificate: expected a certificate in PEM')
  }
}

function withEncryptionKey(
  { ids, clock }: Emulation,
  { encryption_private_keys }: SamlConnection,
  private_key: string,
): Pick<SamlConnection, 'encryption_private_keys'> {
  const added: EncryptionKey = {
    private_key_id: ids.id('saml-encryption-key'),
    private_key,
    created_at: clock.now(),
  }
  return { encryption_private_keys: [...encryption_private_keys, added] }
}
