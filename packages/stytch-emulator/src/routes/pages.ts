import type { FastifyInstance } from 'fastify'

import { timestamp } from '../clock.ts'
import type { Project } from '../emulation.ts'
import type { Message } from '../entities.ts'
import { optional, readFields, text } from '../fields.ts'
import { memberRoles } from '../members.ts'
import { membersOf } from '../organizations.ts'
import { dashboardPage, type ProjectOverview } from '../pages/dashboard.ts'
import { inboxPage, type LinkState, type Mail, mailPage, missingMailPage } from '../pages/inbox.ts'
import { sendPage } from '../pages/send-page.ts'
import { style } from '../pages/style.ts'
import type { Backend } from '../server.ts'

/** The pages for people: an overview and the inbox. They work without JavaScript and load nothing from elsewhere. */
export function addPageRoutes(server: FastifyInstance, backend: Backend): void {
  server.get('/', (_request, reply) => {
    const page = dashboardPage({
      url: backend.url(),
      now: timestamp(backend.clock.now()),
      mailCount: backend.outbox.messages().length,
      faults: backend.faults.all(),
      projects: backend.projects.map((project) => overviewOf(backend, project)),
    })
    return sendPage(reply, page)
  })
  server.get('/inbox', (request, reply) => {
    const { to } = readFields({ to: optional(text) }, request.query)
    const filter = to?.trim() || undefined
    const mails = backend.outbox.messages({ to: filter }).map((message) => mailOf(backend, message))
    return sendPage(reply, inboxPage(mails, backend.clock.now(), filter))
  })
  server.get('/inbox/:id', (request, reply) => {
    const { id } = readFields({ id: text }, request.params)
    const message = backend.outbox.message(id)
    if (message === undefined) return sendPage(reply.status(404), missingMailPage())
    return sendPage(reply, mailPage(mailOf(backend, message), backend.clock.now()))
  })
  server.get('/__emulator/style.css', (_request, reply) =>
    reply.type('text/css; charset=utf-8').header('cache-control', 'no-cache').send(style),
  )
}

function mailOf(backend: Backend, message: Message): Mail {
  return { message, link: linkState(backend, message) }
}

function linkState({ projects, clock }: Backend, message: Message): LinkState {
  const project = projects.find(({ settings }) => settings.project_id === message.project_id)
  const store = project?.store
  const link =
    store &&
    (store.links.get(message.token) ??
      store.userLinks.get(message.token) ??
      store.codes.get(message.id) ??
      store.userCodes.get(message.id))
  if (link === undefined) return 'revoked'
  if (link.used) return 'used'
  return link.expires_at <= clock.now() ? 'expired' : 'open'
}

function overviewOf({ clock }: Backend, project: Project): ProjectOverview {
  const { name, project_id, secret, public_token } = project.settings
  const { organizations, sessions, users, userSessions } = project.store
  const now = clock.now()
  return {
    name,
    project_id,
    secret,
    public_token,
    users: [...users.values()].map((user) => ({
      user,
      sessions: [...userSessions.values()].filter(
        (one) => one.user_id === user.user_id && one.expires_at > now,
      ).length,
    })),
    organizations: [...organizations.values()].map((organization) => ({
      organization,
      members: membersOf(project, organization).map((member) => ({
        member,
        roles: memberRoles(organization, member).map((role) => role.role_id),
        sessions: sessions.ofMember(member.member_id).filter((one) => one.expires_at > now).length,
      })),
    })),
  }
}
