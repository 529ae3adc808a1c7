import type { Profile } from '@node-saml/node-saml'

import type { Clock } from '../clock.ts'
import type { Emulation } from '../emulation.ts'
import { type ErrorType, StytchFailure } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import { readAttributes } from './attributes.ts'
import { callbackUrl } from './connections.ts'
import type { SamlConnection, SsoAssertion } from './entities.ts'

/** What a valid response says, and of which request it says to be the answer. */
export interface SamlAnswer {
  readonly assertion: Omit<SsoAssertion, 'connection_id'>
  /** The id of the assertion: none is taken twice. */
  readonly assertion_id: string
  readonly in_response_to: string | undefined
}

/** The URL that asks the connection's identity provider who this is. */
export async function samlRequestUrl(
  emulation: Emulation,
  connection: SamlConnection,
  request: { readonly state: string; readonly request_id: string },
): Promise<URL> {
  const saml = await serviceProvider(emulation, connection, request.request_id)
  return new URL(await saml.getAuthorizeUrlAsync(request.state, undefined, {}))
}

/**
 * Checks a response: that the identity provider signed what is read, for this connection, now. The
 * library reads nothing but what the signature covers, so wrapping an assertion gains nothing.
 */
export async function checkSamlResponse(
  emulation: Emulation,
  connection: SamlConnection,
  samlResponse: string,
): Promise<SamlAnswer> {
  if (!Buffer.from(samlResponse, 'base64').toString().includes('Signature'))
    throw new StytchFailure('missing_signature_saml_response')
  const saml = await serviceProvider(emulation, connection, '')
  const profile = await validated(saml.validatePostResponseAsync({ SAMLResponse: samlResponse }))
  if (profile.issuer !== connection.idp_entity_id)
    throw new StytchFailure(
      'invalid_saml_response',
      'The issuer of the SAML response is not the idp_entity_id of the connection.',
    )
  const { recipient, inResponseTo, id } = signedParts(profile)
  if (recipient !== undefined && !recipientsOf(emulation, connection).includes(recipient))
    throw new StytchFailure(
      'invalid_saml_response',
      'The SAML response is for another assertion consumer service.',
    )
  const attributes = {
    ...((profile.attributes ?? {}) as JsonObject),
    NameID: profile.nameID,
  }
  const read = readAttributes(connection.attribute_mapping, attributes)
  if (!/^[^\s@]+@[^\s@]+$/.test(read.email_address))
    throw new StytchFailure('invalid_saml_response_email')
  return {
    assertion: {
      ...read,
      protocol: 'saml',
      external_id: profile.nameID,
      attributes,
      tokens: undefined,
    },
    assertion_id: id,
    in_response_to: inResponseTo,
  }
}

type ServiceProvider = InstanceType<typeof import('@node-saml/node-saml')['SAML']>

async function serviceProvider(
  emulation: Emulation,
  connection: SamlConnection,
  requestId: string,
): Promise<ServiceProvider> {
  // Here, not above: most emulators never see SAML, and start without it.
  const { SAML, ValidateInResponseTo } = await import('@node-saml/node-saml')
  const acsUrl = callbackUrl(emulation, connection.connection_id)
  /** The library with the emulator's time. */
  class EmulatedTime extends SAML {
    protected override checkTimestampsValidityError(
      _now: number,
      notBefore: string,
      notOnOrAfter: string,
      maxTimeLimit?: number,
    ): Error | null {
      const now = timeOf(emulation.clock)
      return super.checkTimestampsValidityError(now, notBefore, notOnOrAfter, maxTimeLimit)
    }
  }
  const [key] = connection.encryption_private_keys.slice(-1)
  return new EmulatedTime({
    idpCert: connection.verification_certificates.map((one) => one.certificate),
    issuer: acsUrl,
    audience: connection.alternative_audience_uri || acsUrl,
    callbackUrl: acsUrl,
    entryPoint: connection.idp_sso_url,
    identifierFormat: connection.nameid_format || null,
    // Either the response or the assertion must be signed; the library insists on one of them.
    wantAuthnResponseSigned: false,
    wantAssertionsSigned: false,
    // The request that it answers is checked where requests are kept.
    validateInResponseTo: ValidateInResponseTo.never,
    disableRequestedAuthnContext: true,
    generateUniqueId: () => requestId,
    acceptedClockSkewMs: 0,
    ...(key !== undefined && { decryptionPvk: key.private_key }),
  })
}

function timeOf(clock: Clock): number {
  return clock.now().getTime()
}

function recipientsOf(emulation: Emulation, connection: SamlConnection): readonly string[] {
  return [
    callbackUrl(emulation, connection.connection_id),
    ...(connection.alternative_acs_url === '' ? [] : [connection.alternative_acs_url]),
  ]
}

async function validated(
  validation: Promise<{ readonly profile: Profile | null }>,
): Promise<Profile> {
  try {
    const { profile } = await validation
    if (profile !== null) return profile
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const type = refusals.find(([part]) => message.toLowerCase().includes(part))?.[1]
    throw new StytchFailure(type ?? 'invalid_saml_response', undefined, { reason: message })
  }
  throw new StytchFailure('invalid_saml_response')
}

/** What the library says, and what Stytch calls it. */
const refusals: readonly (readonly [part: string, type: ErrorType])[] = [
  ['signature', 'invalid_signature_saml_response'],
  ['audience', 'invalid_audience_saml_response'],
  ['expired', 'expired_saml_response'],
  ['not yet valid', 'not_yet_valid_saml_response'],
  ['saml provider returned', 'failed_saml_response'],
  ['xml', 'invalid_xml_saml_response'],
  ['not a valid', 'invalid_xml_saml_response'],
]

interface SignedParts {
  readonly id: string
  readonly recipient: string | undefined
  readonly inResponseTo: string | undefined
}

interface ParsedNode {
  readonly $?: Readonly<Record<string, string | undefined>>
  readonly [child: string]: unknown
}

/** What only the signed assertion may be asked for: the response around it may be anyone's. */
function signedParts(profile: Profile): SignedParts {
  // xml2js's form: a child is a list of nodes, their attributes are in `$`.
  const parsed = profile.getAssertion?.() as { readonly Assertion: ParsedNode } | undefined
  const assertion = parsed?.Assertion
  const subject = childOf(assertion, 'Subject')
  const data = childOf(childOf(subject, 'SubjectConfirmation'), 'SubjectConfirmationData')
  return {
    id: assertion?.$?.ID ?? '',
    recipient: data?.$?.Recipient,
    inResponseTo: data?.$?.InResponseTo,
  }
}

function childOf(node: ParsedNode | undefined, name: string): ParsedNode | undefined {
  const children = node?.[name]
  return Array.isArray(children) ? (children[0] as ParsedNode) : undefined
}
