import { createHmac } from 'node:crypto'

import { showUser } from './consumer/users.ts'
import type { Emulation } from './emulation.ts'
import { showMember } from './members.ts'
import { showOrganization } from './organizations.ts'
import type { TableName, Write } from './store.ts'

/** Sends what changes to the project's endpoints, as Stytch does through Svix. */
export interface Webhooks {
  /** Notes what was written; what one request changes several times is one event. */
  note(write: Write): void
  /** Resolves when everything that was noted has been sent, or could not be. */
  sent(): Promise<void>
}

/** Whom events are about, and where they are. */
const kinds: Partial<Record<TableName, 'organization' | 'member' | 'user'>> = {
  organizations: 'organization',
  members: 'member',
  users: 'user',
}

/** What became of an organization, a member or a user. */
interface Change extends Omit<Write, 'table'> {
  readonly kind: 'organization' | 'member' | 'user'
}

/**
 * The webhooks of a project. Each event is sent once to each endpoint, in order; an endpoint that does not
 * answer gets no second try.
 * @see https://docs.svix.com/receiving/verifying-payloads/how-manual
 */
export function createWebhooks(emulation: () => Emulation): Webhooks {
  let noted = new Map<string, Change>()
  let sending = Promise.resolve()

  const flush = async (): Promise<void> => {
    const changes = [...noted.values()]
    noted = new Map()
    for (const change of changes) await send(emulation(), change)
  }
  return {
    note({ table, key: id, action }) {
      const kind = kinds[table]
      if (kind === undefined || emulation().project.settings.webhooks.length === 0) return
      if (noted.size === 0) sending = sending.then(nextTurn).then(flush)
      const before = noted.get(`${kind} ${id}`)
      const isNew = before?.action === 'CREATE' && action === 'UPDATE'
      noted.set(`${kind} ${id}`, isNew ? before : { kind, key: id, action })
    },
    sent: () => sending,
  }
}

async function send(emulation: Emulation, change: Change): Promise<void> {
  const { ids, clock, project } = emulation
  const { action, kind, key: id } = change
  const now = clock.now()
  const body = JSON.stringify({
    project_id: project.settings.project_id,
    event_id: ids.id('event'),
    action,
    object_type: kind,
    source: 'DIRECT',
    id,
    timestamp: now.toISOString(),
    ...(action !== 'DELETE' && { [kind]: shown(emulation, change) }),
  })
  const messageId = `msg_${ids.token('webhook')}`
  const seconds = Math.floor(now.getTime() / 1000)
  for (const { url, secret } of project.settings.webhooks)
    await post(url, body, {
      'content-type': 'application/json',
      'svix-id': messageId,
      'svix-timestamp': String(seconds),
      'svix-signature': `v1,${signature(secret, `${messageId}.${seconds}.${body}`)}`,
    })
}

/** The entity as it is by now, which may be gone. */
function shown({ project }: Emulation, { kind, key: id }: Change): object | undefined {
  const { members, organizations, users } = project.store
  if (kind === 'user') {
    const user = users.get(id)
    return user && showUser(user)
  }
  const member = members.get(id)
  const organization = organizations.get(member?.organization_id ?? id)
  if (organization === undefined) return undefined
  return member === undefined ? showOrganization(organization) : showMember(organization, member)
}

function signature(secret: string, content: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  return createHmac('sha256', key).update(content).digest('base64')
}

/** How long an endpoint may take, in milliseconds. */
const patience = 5000

async function post(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  try {
    const signal = AbortSignal.timeout(patience)
    const answer = await fetch(url, { method: 'POST', body, headers, signal })
    await answer.arrayBuffer()
  } catch {
    // Nobody listens there, or not in time: the event is lost, as it is told in the README.
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
