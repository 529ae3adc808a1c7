import type { FastifyInstance, FastifyRequest } from 'fastify'

import { timestamp } from '../clock.ts'
import type { Project } from '../emulation.ts'
import type { Message } from '../entities.ts'
import { type Fields, oneOf, optional, readFields, type Shape, text } from '../fields.ts'
import { memberRoles } from '../members.ts'
import { membersOf } from '../organizations.ts'
import { clockSteps, controlsPage, faultKinds } from '../pages/controls.ts'
import { dashboardPage, type ProjectOverview, type SessionOverview } from '../pages/dashboard.ts'
import { inboxPage, type LinkState, type Mail, mailPage, missingMailPage } from '../pages/inbox.ts'
import { requestsPage } from '../pages/requests.ts'
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
  server.get('/requests', (_request, reply) =>
    sendPage(reply, requestsPage(backend.requests.all(), backend.url())),
  )
  server.get('/controls', (_request, reply) =>
    sendPage(
      reply,
      controlsPage({
        url: backend.url(),
        now: timestamp(backend.clock.now()),
        faults: backend.faults.all(),
        projects: backend.projects.map(({ settings, keys }) => ({
          name: settings.name,
          kids: keys.all().map(({ kid }) => kid),
        })),
      }),
    ),
  )
  for (const [path, act] of Object.entries(actions))
    server.post(path, async (request, reply) => reply.redirect(await act(backend, request), 303))
  server.get('/__emulator/style.css', (_request, reply) =>
    reply.type('text/css; charset=utf-8').header('cache-control', 'no-cache').send(style),
  )
}

/** What the forms of the pages do, and the page that is shown then. */
const actions: Readonly<
  Record<string, (backend: Backend, request: FastifyRequest) => string | Promise<string>>
> = {
  '/controls/faults'({ faults }, request) {
    const { path, kind, times } = form(request, {
      path: text,
      kind: oneOf(faultKinds.map(({ name }) => name)),
      times: optional(text),
    })
    const count = /^[1-9]\d{0,6}$/.test(times ?? '') ? Number(times) : undefined
    const fault = faultKinds.find(({ name }) => name === kind)?.fault
    faults.add({ path, ...fault, times: count })
    return '/controls'
  },
  '/controls/faults/clear'({ faults }) {
    faults.clear()
    return '/controls'
  },
  '/controls/clock'({ clock }, request) {
    const steps = clockSteps.map((step) => String(step.seconds))
    clock.advance(Number(form(request, { seconds: oneOf(steps) }).seconds) * 1000)
    return '/controls'
  },
  async '/controls/keys/rotate'({ projects }) {
    await Promise.all(projects.map(({ keys }) => keys.rotate()))
    return '/controls'
  },
  '/controls/reset'(backend) {
    backend.reset()
    return '/controls'
  },
  '/controls/sessions/end'({ projects }, request) {
    const { session_id } = form(request, { session_id: text })
    for (const { store } of projects) {
      store.sessions.delete(session_id)
      store.userSessions.delete(session_id)
    }
    return '/'
  },
}

function form<S extends Shape>({ body }: FastifyRequest, shape: S): Fields<S> {
  const sent = new URLSearchParams(typeof body === 'string' ? body : '')
  return readFields(shape, Object.fromEntries(sent))
}

function sessionsOf({ clock }: Backend, { store }: Project): readonly SessionOverview[] {
  const now = clock.now()
  const ofMembers = [...store.sessions.values()].map((session) => ({
    session,
    id: session.member_session_id,
    who: store.members.get(session.member_id)?.email_address ?? session.member_id,
    where: store.organizations.get(session.organization_id)?.organization_name ?? '',
  }))
  const ofUsers = [...store.userSessions.values()].map((session) => {
    const user = store.users.get(session.user_id)
    const who = user?.emails[0]?.email ?? user?.phone_numbers[0]?.phone_number ?? session.user_id
    return { session, id: session.session_id, who, where: '' }
  })
  return [...ofMembers, ...ofUsers]
    .filter(({ session }) => session.expires_at > now)
    .map(({ session, ...shown }) => ({
      ...shown,
      factors: session.authentication_factors.map(({ type }) => type),
      expires: timestamp(session.expires_at),
    }))
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

function overviewOf(backend: Backend, project: Project): ProjectOverview {
  const { name, project_id, secret, public_token } = project.settings
  const { organizations, sessions, users, userSessions } = project.store
  const now = backend.clock.now()
  return {
    name,
    project_id,
    secret,
    public_token,
    sessions: sessionsOf(backend, project),
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
