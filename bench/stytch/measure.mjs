// Measures in a process without the sources' condition, so that what is measured is what users run.
import { HTTP } from '@cerbos/http'
import { createAuthorizer } from '@lockstitch/stytch'
import { B2BClient } from 'stytch'

const [settings] = await new Promise((resolve) => process.once('message', (...args) => resolve(args)))
const { stytchUrl, project, sessions, cerbosUrl, policies, counts } = settings

console.warn = () => {} // The SDK warns of every address that is not Stytch's own.
const stytch = new B2BClient({ project_id: project.projectId, secret: project.secret, env: `${stytchUrl}/` })
const authz = await createAuthorizer({ policies, stytch, watch: false, onWarning: () => {} })
const cerbos = new HTTP(cerbosUrl)

const token = sessions[0]
const answer = await stytch.sessions.authenticate({ session_token: token })
const { organization_id, member_id } = answer.member_session
const record = { id: 'plan', organization_id, owner_id: member_id }
const foreign = { ...record, organization_id: 'organization-test-910be000-0000-4000-8000-000000000009' }

// A JWT for every question that is to be a first one. Claims of its own make each another.
const jwts = []
for (let number = 0; number < counts.verified * 1.5 + 2; number += 1) {
  const { session_jwt } = await stytch.sessions.authenticate({
    session_token: token,
    session_custom_claims: { number },
  })
  jwts.push(session_jwt)
}
const requests = jwts.map(requestWith)

for (const [asked, expected] of [
  [record, true],
  [foreign, false],
]) {
  const answers = [await ours(requests[0], asked), await theirs(token, asked)]
  if (answers.some((one) => one !== expected))
    throw new Error(`expected ${expected}, got ${answers.join(' and ')}`)
}

const measured = {
  theirs: await time(counts.theirs, () => theirs(token, record)),
  verified: await time(counts.verified, (index) => ours(requests[index + 1], record)),
  cached: await time(counts.cached, () => ours(requests[0], record)),
}
await authz.close()
// Not before it was sent: a process that disconnects at once takes its message along.
process.send(measured, () => process.disconnect())

/** What a guard does: a request with a cookie, and a record, to a decision. */
function ours(request, asked) {
  return authz.for(request).can('edit', 'document', asked)
}

/** The way of the tutorials: the session is authenticated at Stytch, and Cerbos is asked over HTTP. */
async function theirs(session_token, asked) {
  const { member_session: session } = await stytch.sessions.authenticate({ session_token })
  return await cerbos.isAllowed({
    principal: {
      id: session.member_id,
      roles: session.roles,
      attr: {
        organization_id: session.organization_id,
        impersonation: { active: false },
      },
    },
    resource: { kind: 'document', id: asked.id, attr: asked },
    action: 'edit',
  })
}

function requestWith(jwt) {
  const headers = new Headers({ cookie: `stytch_session_jwt=${jwt}` })
  return { method: 'GET', url: '/documents/plan', headers }
}

/** One call after the other; the warm-up before them is not counted. Milliseconds, in their order. */
async function time(count, call) {
  const warmUp = Math.floor(count / 2)
  const times = []
  for (let index = 0; index < warmUp + count; index += 1) {
    const start = performance.now()
    const allowed = await call(index)
    const took = performance.now() - start
    if (!allowed) throw new Error('denied')
    if (index >= warmUp) times.push(took)
  }
  return times
}
