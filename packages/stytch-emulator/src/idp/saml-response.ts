import { createPrivateKey } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'

import type { Clock } from '../clock.ts'
import type { Identity } from '../entities.ts'
import { html } from '../pages/html.ts'
import { testCertificate, testPrivateKey } from './test-key.ts'

/** What a service provider asks in its request. */
export interface SamlRequest {
  readonly id: string
  readonly acsUrl: string
  readonly issuer: string
}

/** What goes into a response. */
export interface SamlResponseParts {
  readonly identity: Identity
  readonly entityId: string
  /** Where the response goes, and for whom it is. */
  readonly acsUrl: string
  readonly audience: string
  /** The request that it answers; left out where the identity provider begins. */
  readonly inResponseTo?: string | undefined
  /** Unique for each: no response is taken twice. */
  readonly id: string
  readonly clock: Clock
}

/** How long an assertion holds. */
const lifetimeMs = 5 * 60_000
const rsaSha256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'
const sha256 = 'http://www.w3.org/2001/04/xmlenc#sha256'
const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature'

/** Reads a request of the redirect binding, as far as a test identity provider needs to. */
export function readSamlRequest(encoded: string): SamlRequest | undefined {
  const xml = inflated(encoded)
  const attribute = (name: string): string =>
    new RegExp(`\\s${name}="([^"]*)"`).exec(xml)?.[1] ?? ''
  const issuer = /<(?:\w+:)?Issuer[^>]*>([^<]*)</.exec(xml)?.[1] ?? ''
  const request = { id: attribute('ID'), acsUrl: attribute('AssertionConsumerServiceURL'), issuer }
  return request.id === '' || request.acsUrl === '' ? undefined : request
}

/** A response in XML, its assertion signed with the identity provider's key. */
export async function samlResponse(parts: SamlResponseParts): Promise<string> {
  const { SignedXml } = await import('xml-crypto')
  const signature = new SignedXml({
    privateKey: createPrivateKey(testPrivateKey),
    publicCert: testCertificate,
    signatureAlgorithm: rsaSha256,
    canonicalizationAlgorithm: exclusive,
  })
  signature.addReference({
    xpath: "//*[local-name(.)='Assertion']",
    digestAlgorithm: sha256,
    transforms: [enveloped, exclusive],
  })
  signature.computeSignature(responseXml(parts), {
    location: {
      reference: "//*[local-name(.)='Assertion']/*[local-name(.)='Issuer']",
      action: 'after',
    },
  })
  return signature.getSignedXml()
}

/** What the identity provider publishes about itself. */
export function samlMetadata(entityId: string, ssoUrl: string): string {
  const certificate = testCertificate.replace(/-----[A-Z ]+-----|\s/g, '')
  return html`<?xml version="1.0"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}"><md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${ssoUrl}"/></md:IDPSSODescriptor></md:EntityDescriptor>
`.markup
}

function responseXml(parts: SamlResponseParts): string {
  const { identity, entityId, acsUrl, audience, inResponseTo, id, clock } = parts
  const now = clock.now()
  const issued = now.toISOString()
  const ends = new Date(now.getTime() + lifetimeMs).toISOString()
  const answers = inResponseTo === undefined ? undefined : html` InResponseTo="${inResponseTo}"`
  const attribute = (name: string, values: readonly string[]): ReturnType<typeof html> =>
    html`<saml:Attribute Name="${name}">${values.map((value) => html`<saml:AttributeValue>${value}</saml:AttributeValue>`)}</saml:Attribute>`
  const [first = '', ...last] = identity.name.split(' ')
  return html`<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r-${id}" Version="2.0" IssueInstant="${issued}" Destination="${acsUrl}"${answers}><saml:Issuer>${entityId}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status><saml:Assertion ID="_a-${id}" Version="2.0" IssueInstant="${issued}"><saml:Issuer>${entityId}</saml:Issuer><saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">${identity.email_address}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="${ends}" Recipient="${acsUrl}"${answers}/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="${issued}" NotOnOrAfter="${ends}"><saml:AudienceRestriction><saml:Audience>${audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="${issued}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>${[attribute('email', [identity.email_address]), attribute('firstName', [first]), attribute('lastName', [last.join(' ')]), attribute('id', [identity.subject]), attribute('groups', identity.groups)]}</saml:AttributeStatement></saml:Assertion></samlp:Response>`
    .markup
}

function inflated(encoded: string): string {
  try {
    return inflateRawSync(Buffer.from(encoded, 'base64'), { maxOutputLength: 100_000 }).toString()
  } catch {
    return ''
  }
}
