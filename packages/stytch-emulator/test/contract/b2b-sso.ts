import { deepEqual, equal } from 'node:assert/strict'

import { acmeId, globexId } from '../seed.ts'
import type { Contract, ContractCases } from './contract.ts'
import { acme, connectOidc, connectSaml, maya, visitIdp } from './steps.ts'

const nobody = { organization_id: acmeId, connection_id: 'nobody' }

async function certificateIds({ b2b }: Contract): Promise<readonly string[]> {
  const { saml_connections } = await b2b.sso.getConnections(acme)
  return saml_connections.flatMap((one) =>
    one.verification_certificates.map((certificate) => certificate.certificate_id),
  )
}

/** Signing in at an organization's identity provider. */
export const ssoCases: ContractCases = {
  'sso.getConnections': {
    async works(contract) {
      await connectOidc(contract)
      equal((await contract.b2b.sso.getConnections(acme)).oidc_connections.length, 1)
    },
    fails: ({ b2b }) => b2b.sso.getConnections({ organization_id: 'nobody' }),
    error: 'organization_not_found',
  },
  'sso.deleteConnection': {
    async works(contract) {
      const connection_id = await connectOidc(contract)
      await contract.b2b.sso.deleteConnection({ ...acme, connection_id })
      deepEqual((await contract.b2b.sso.getConnections(acme)).oidc_connections, [])
    },
    fails: ({ b2b }) => b2b.sso.deleteConnection(nobody),
    error: 'sso_connection_not_found',
  },
  'sso.authenticate': {
    async works(contract) {
      const connection_id = await connectSaml(contract)
      const sso_token = await visitIdp(contract, connection_id)
      await contract.b2b.sso.authenticate({ sso_token })
      const { member } = await contract.b2b.organizations.members.get(maya)
      equal(member.sso_registrations[0]?.connection_id, connection_id)
    },
    fails: ({ b2b }) => b2b.sso.authenticate({ sso_token: 'nothing' }),
    error: 'sso_token_not_found',
  },
  'sso.oidc.createConnection': {
    async works({ b2b }) {
      await b2b.sso.oidc.createConnection({ ...acme, display_name: 'Ours' })
      const [connection] = (await b2b.sso.getConnections(acme)).oidc_connections
      equal(connection?.display_name, 'Ours')
    },
    fails: ({ b2b }) => b2b.sso.oidc.createConnection({ ...acme, identity_provider: 'nobody' }),
    error: 'invalid_sso_idp',
  },
  'sso.oidc.updateConnection': {
    async works(contract) {
      const connection_id = await connectOidc(contract)
      const sso_token = await visitIdp(contract, connection_id)
      await contract.b2b.sso.authenticate({ sso_token })
    },
    fails: ({ b2b }) => b2b.sso.oidc.updateConnection(nobody),
    error: 'oidc_connection_not_found',
  },
  'sso.saml.createConnection': {
    async works({ b2b }) {
      await b2b.sso.saml.createConnection({ ...acme, display_name: 'Ours' })
      const [connection] = (await b2b.sso.getConnections(acme)).saml_connections
      equal(connection?.display_name, 'Ours')
    },
    fails: ({ b2b }) => b2b.sso.saml.createConnection({ ...acme, identity_provider: 'nobody' }),
    error: 'invalid_sso_idp',
  },
  'sso.saml.updateConnection': {
    async works(contract) {
      const connection_id = await connectSaml(contract)
      await contract.b2b.sso.saml.updateConnection({ ...acme, connection_id, display_name: 'New' })
      const [connection] = (await contract.b2b.sso.getConnections(acme)).saml_connections
      equal(connection?.display_name, 'New')
    },
    fails: ({ b2b }) => b2b.sso.saml.updateConnection(nobody),
    error: 'saml_connection_not_found',
  },
  'sso.saml.updateByURL': {
    async works(contract) {
      await connectSaml(contract)
      equal((await certificateIds(contract)).length, 1)
    },
    async fails(contract) {
      const connection_id = await connectSaml(contract)
      await contract.b2b.sso.saml.updateByURL({ ...acme, connection_id, metadata_url: 'nowhere' })
    },
    error: 'invalid_saml_metadata_url',
  },
  'sso.saml.deleteVerificationCertificate': {
    async works(contract) {
      const { saml } = contract.b2b.sso
      const { connection } = await saml.createConnection(acme)
      const reference = { ...acme, connection_id: connection?.connection_id ?? '' }
      const metadata_url = `${contract.emulator.url}/__emulator/idp/saml/metadata`
      await saml.updateByURL({ ...reference, metadata_url })
      const [certificate_id = ''] = await certificateIds(contract)
      await saml.deleteVerificationCertificate({ ...reference, certificate_id })
      deepEqual(await certificateIds(contract), [])
    },
    async fails(contract) {
      const connection_id = await connectSaml(contract)
      const [certificate_id = ''] = await certificateIds(contract)
      const { saml } = contract.b2b.sso
      await saml.deleteVerificationCertificate({ ...acme, connection_id, certificate_id })
    },
    error: 'cannot_delete_last_sso_verification_key',
  },
  'sso.saml.deleteEncryptionPrivateKey': {
    async works(contract) {
      const { saml, getConnections } = contract.b2b.sso
      const reference = { ...acme, connection_id: await connectSaml(contract) }
      const { connection } = await saml.updateConnection({
        ...reference,
        saml_encryption_private_key: 'a key',
      })
      const private_key_id = connection?.encryption_private_keys[0]?.private_key_id ?? ''
      await saml.deleteEncryptionPrivateKey({ ...reference, private_key_id })
      deepEqual((await getConnections(acme)).saml_connections[0]?.encryption_private_keys, [])
    },
    async fails(contract) {
      const connection_id = await connectSaml(contract)
      const reference = { ...acme, connection_id, private_key_id: 'nobody' }
      await contract.b2b.sso.saml.deleteEncryptionPrivateKey(reference)
    },
    error: 'sso_encryption_private_key_not_found',
  },
  'sso.external.createConnection': {
    async works(contract) {
      await shareWithGlobex(contract)
      const globex = { organization_id: globexId }
      equal((await contract.b2b.sso.getConnections(globex)).external_connections.length, 1)
    },
    fails: ({ b2b }) =>
      b2b.sso.external.createConnection({
        organization_id: globexId,
        external_organization_id: acmeId,
        external_connection_id: 'nobody',
      }),
    error: 'external_connection_id_not_found',
  },
  'sso.external.updateConnection': {
    async works(contract) {
      const reference = {
        organization_id: globexId,
        connection_id: await shareWithGlobex(contract),
      }
      await contract.b2b.sso.external.updateConnection({ ...reference, display_name: 'Theirs' })
      const { external_connections } = await contract.b2b.sso.getConnections(reference)
      equal(external_connections[0]?.display_name, 'Theirs')
    },
    fails: ({ b2b }) => b2b.sso.external.updateConnection(nobody),
    error: 'sso_connection_not_found',
  },
}

async function shareWithGlobex(contract: Contract): Promise<string> {
  const { connection } = await contract.b2b.sso.external.createConnection({
    organization_id: globexId,
    external_organization_id: acmeId,
    external_connection_id: await connectSaml(contract),
  })
  return connection?.connection_id ?? ''
}
