import { StytchFailure } from '../errors.ts'
import { fetchText } from './provider-metadata.ts'

/** What a SAML identity provider publishes about itself. */
interface IdpMetadata {
  readonly idp_entity_id: string
  readonly idp_sso_url: string
  /** In PEM. */
  readonly certificates: readonly string[]
}

const metadataNamespace = 'urn:oasis:names:tc:SAML:2.0:metadata'
const signatureNamespace = 'http://www.w3.org/2000/09/xmldsig#'

/** Reads an identity provider's metadata document. */
export async function readIdpMetadata(url: string): Promise<IdpMetadata> {
  const isUrl = URL.canParse(url) && /^https?:/.test(url)
  const document = isUrl ? await fetchText(url) : undefined
  if (document === undefined) throw new StytchFailure('invalid_saml_metadata_url')
  const root = await parsed(document)
  const [descriptor] = elements(root, metadataNamespace, 'IDPSSODescriptor')
  const services = descriptor ? elements(descriptor, metadataNamespace, 'SingleSignOnService') : []
  const service =
    services.find((one) => one.getAttribute('Binding')?.endsWith('HTTP-Redirect')) ?? services[0]
  const idp_entity_id = root.getAttribute('entityID') ?? ''
  const idp_sso_url = service?.getAttribute('Location') ?? ''
  const certificates = descriptor
    ? elements(descriptor, signatureNamespace, 'X509Certificate').map((one) =>
        pemOf(one.textContent),
      )
    : []
  if (idp_entity_id === '' || idp_sso_url === '' || certificates.length === 0)
    throw new StytchFailure('saml_connection_metadata_invalid_format')
  return { idp_entity_id, idp_sso_url, certificates: [...new Set(certificates)] }
}

async function parsed(document: string): Promise<Element> {
  // Here, not above: most emulators never see SAML, and start without it.
  const { DOMParser } = await import('@xmldom/xmldom')
  const problems: unknown[] = []
  const complain = (problem: unknown): void => {
    problems.push(problem)
  }
  const read = new DOMParser({
    errorHandler: { warning: complain, error: complain, fatalError: complain },
  })
  // The types promise a document with a root for any text; there is none for an empty one.
  const root = (read.parseFromString(document, 'text/xml') as Partial<Document> | undefined)
    ?.documentElement
  if (problems.length > 0 || !root) throw new StytchFailure('invalid_xml_from_saml_metadata_url')
  return root
}

function elements(parent: Element, namespace: string, name: string): readonly Element[] {
  return Array.from(parent.getElementsByTagNameNS(namespace, name))
}

function pemOf(base64: string | null): string {
  const lines = (base64 ?? '').replace(/\s+/g, '').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
