import type { Emulation, Project } from '../emulation.ts'
import { StytchFailure } from '../errors.ts'
import type { M2MClient } from './entities.ts'
import { showSecrets } from './secrets.ts'

/** The M2M client with this id. */
export function requireM2MClient({ store }: Project, clientId: string): M2MClient {
  const client = store.m2mClients.get(clientId)
  if (client === undefined) throw new StytchFailure('m2m_client_not_found')
  return client
}

/** Stores a new or changed M2M client. */
export function saveM2MClient({ project }: Emulation, client: M2MClient): M2MClient {
  project.store.m2mClients.set(client.client_id, client)
  return client
}

/** An M2M client as the API shows it. */
export function showM2MClient({ secrets, ...client }: M2MClient): object {
  return { ...client, ...showSecrets(secrets) }
}
