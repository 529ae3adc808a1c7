import { type Authz, createAuthz, isStepUp, type Problem, ProblemError } from '@lockstitch/guard'
import { afterEach, describe, expect, test } from 'vitest'
import { unavailable } from '../src/problem.ts'
import { brokenDeciders, type DocumentRecord, denying, documents, options } from './fixtures.ts'

/** A guarded `PATCH /documents/:id` in some framework. */
export interface GuardedRoute {
  /** The route, whose last parameter names the record. */
  readonly path: string
  readonly authz: Authz
  readonly load: (id: string) => DocumentRecord | undefined | Promise<DocumentRecord | undefined>
  readonly organization?: false
  /** The page to answer a refusal with, instead of the problem document. */
  readonly page?: (problem: Problem) => string
  /** Runs in the handler, with the record that the guard left and a further question answered. */
  readonly handle: (record: DocumentRecord, mayDelete: boolean) => void
}

/** A framework's adapter under test. */
export interface Adapter {
  readonly name: string
  serve(route: GuardedRoute): Promise<Served>
}

export interface Served {
  fetch(path: string, init: RequestInit): Promise<Response>
  close(): Promise<void>
}

/** The rules that every adapter keeps. */
export function adapterSuite(adapter: Adapter): void {
  let served: Served | undefined
  afterEach(() => served?.close())

  async function patch(
    route: Partial<GuardedRoute> & { user?: string; id?: string } = {},
  ): Promise<{ response: Response; handled: unknown[] }> {
    const handled: unknown[] = []
    const { user, id = 'q3', ...rest } = route
    served = await adapter.serve({
      path: '/documents/:id',
      authz: createAuthz(options()),
      load: (name) => documents[name],
      handle: (...seen) => handled.push(seen),
      ...rest,
    })
    const headers = {
      cookie: 'stytch_session=t',
      ...(user === undefined ? {} : { 'x-user': user }),
    }
    const response = await served.fetch(`/documents/${id}`, { method: 'PATCH', headers })
    return { response, handled }
  }

  describe(`${adapter.name} guard`, () => {
    test('lets an allowed request through, with the record and further questions', async () => {
      const { response, handled } = await patch({ user: 'maya' })
      expect(response.status).toBe(200)
      expect(handled).toEqual([[documents.q3, false]])
    })

    test('answers a denial with a problem that tells nothing more', async () => {
      const { response, handled } = await patch({ user: 'maya', id: 'plan' })
      expect(handled).toEqual([])
      expect(response.status).toBe(403)
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(await response.text()).toBe(
        '{"type":"urn:lockstitch:problem:denied","title":"Not allowed","status":403,"decisionId":"decision-1","action":"edit","resource":"document/plan"}',
      )
    })

    test('asks for another sign-in where the policies do', async () => {
      const authz = createAuthz(
        options({ decide: denying({ step_up: { max_age: 600, acr_values: 'mfa phr' } }) }),
      )
      const { response, handled } = await patch({ user: 'maya', authz })
      expect(handled).toEqual([])
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toBe(
        'Bearer error="insufficient_user_authentication", error_description="sign in again, as the challenge says", acr_values="mfa phr", max_age="600"',
      )
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      expect(await response.json()).toEqual({
        type: 'urn:lockstitch:problem:step-up',
        title: 'Another sign-in needed',
        status: 401,
        code: 'insufficient_user_authentication',
        detail: 'sign in again, as the challenge says',
        decisionId: 'decision-1',
        action: 'edit',
        resource: 'document/q3',
        maxAge: 600,
        acrValues: 'mfa phr',
      })
    })

    test('asks in a page for another sign-in, with the challenge in its header', async () => {
      const authz = createAuthz(options({ decide: denying({ step_up: { max_age: 0 } }) }))
      const page = (problem: Problem): string => (isStepUp(problem) ? 'again' : 'no')
      const { response } = await patch({ user: 'maya', authz, page })
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toContain('max_age="0"')
      expect(await response.text()).toBe('again')
    })

    test('answers a request without session with 401 and a code', async () => {
      const { response, handled } = await patch()
      expect(handled).toEqual([])
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toBe('Bearer')
      expect(await response.json()).toEqual({
        type: 'urn:lockstitch:problem:unauthenticated',
        title: 'Not signed in',
        status: 401,
        code: 'no-session',
        detail: 'no session was sent; sign in',
      })
    })

    test('does not load anything for a request without session', async () => {
      let loads = 0
      const load = (): undefined => {
        loads += 1
      }
      await patch({ load })
      expect(loads).toBe(0)
    })

    test.each([
      ['expired', 401, 'token-expired'],
      ['stytch-down', 503, 'stytch-unavailable'],
      ['broken', 503, 'identify-failed'],
    ])('answers when identification fails: %s', async (user, status, code) => {
      const { response, handled } = await patch({ user })
      expect(handled).toEqual([])
      expect(response.status).toBe(status)
      const body = await response.text()
      expect(JSON.parse(body)).toMatchObject({ status, code })
      expect(body).not.toContain('secret')
    })

    test.each(Object.entries(brokenDeciders))(
      'answers 503 and keeps the cookies when the decider %s',
      async (_, { decide, code }) => {
        const authz = createAuthz(options({ decide, deadline: 30 }))
        const { response, handled } = await patch({ user: 'maya', authz })
        expect(handled).toEqual([])
        expect(response.status).toBe(503)
        expect(response.headers.get('set-cookie')).toBeNull()
        expect(await response.json()).toMatchObject({
          type: 'urn:lockstitch:problem:unavailable',
          code,
          decisionId: expect.any(String),
        })
      },
    )

    test('denies what does not exist as it denies what is forbidden', async () => {
      const missing = await patch({ user: 'maya', id: 'nothing' })
      expect(missing.response.status).toBe(403)
      expect(missing.handled).toEqual([])
      expect(await missing.response.json()).toMatchObject({ resource: 'document/nothing' })
    })

    // Whether there is a record, and what its own id is, would be told by a difference.
    test.each([
      ['by another spelling of its id', '/documents/:id', 'document/PLAN'],
      ['by a parameter with another name', '/documents/:document', 'document/PLAN'],
      ['by one of two parameters', '/:folder/:document', 'document'],
    ])('denies what exists as what does not, named %s', async (_, path, resource) => {
      const bodies = []
      for (const load of [() => documents.plan, () => undefined]) {
        const { response } = await patch({ user: 'maya', id: 'PLAN', path, load })
        await served?.close()
        bodies.push(await response.json())
      }
      const [exists, missing] = bodies
      expect(exists).toMatchObject({ resource })
      expect(exists).toEqual(missing)
    })

    test('denies a record without its organization', async () => {
      const load = (id: string): DocumentRecord => ({ id, owner_id: 'maya', created: new Date(0) })
      const { response, handled } = await patch({ user: 'maya', load })
      expect(response.status).toBe(403)
      expect(handled).toEqual([])
    })

    test('asks the policies about a record without organization when the guard says so', async () => {
      const everything = createAuthz(
        options({
          decide: {
            checkResources: async ({ resources }) => ({
              results: resources.map(({ resource, actions }) => ({
                resource,
                actions: Object.fromEntries(actions.map((action) => [action, 'EFFECT_ALLOW'])),
              })),
            }),
          },
        }),
      )
      const load = (id: string): DocumentRecord => ({ id, owner_id: 'maya', created: new Date(0) })
      const { response } = await patch({
        user: 'maya',
        load,
        authz: everything,
        organization: false,
      })
      expect(response.status).toBe(200)
    })

    test.each([
      [
        'throws',
        () => {
          throw new Error('secret of the database')
        },
      ],
      ['rejects', () => Promise.reject(new Error('secret of the database'))],
    ])('answers 503 when the loader %s, and keeps the reason to itself', async (_, load) => {
      const { response, handled } = await patch({ user: 'maya', load })
      expect(handled).toEqual([])
      expect(response.status).toBe(503)
      const body = await response.text()
      expect(JSON.parse(body)).toMatchObject({ code: 'resource-unavailable' })
      expect(body).not.toContain('secret')
    })

    test('renders a page for a refusal with its status', async () => {
      const { response, handled } = await patch({
        user: 'maya',
        id: 'plan',
        page: (problem) => `<h1>${problem.title}</h1>`,
      })
      expect(handled).toEqual([])
      expect(response.status).toBe(403)
      expect(response.headers.get('content-type')).toMatch(/^text\/html/)
      expect(await response.text()).toBe('<h1>Not allowed</h1>')
    })

    test('does not let a request through when the page fails', async () => {
      const page = (): string => {
        throw new Error('template')
      }
      const { response, handled } = await patch({ user: 'maya', id: 'plan', page })
      expect(response.status).toBeGreaterThanOrEqual(400)
      expect(handled).toEqual([])
    })

    test('answers with the status of a problem that a handler does not catch', async () => {
      const handle = (): void => {
        throw new ProblemError(unavailable('decision-failed', 'no answer'))
      }
      const { response } = await patch({ user: 'maya', handle })
      expect(response.status).toBe(503)
    })

    test('adds the explanation in development', async () => {
      const authz = createAuthz(options({ explain: 'development' }))
      const { response } = await patch({ user: 'maya', id: 'plan', authz })
      expect(await response.json()).toMatchObject({
        explanation: { effect: 'EFFECT_DENY', nearest: 'nobody may edit' },
      })
    })
  })
}
