import {
  createAuthz,
  type Decide,
  type DecisionRecord,
  type Identify,
  ProblemError,
  problemHeaders,
} from '@lockstitch/guard'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readStepUp } from '../src/step-up.ts'
import { denying, documents, options } from './fixtures.ts'

const request = { method: 'GET', url: '/', headers: new Headers({ 'x-user': 'maya' }) }

/** The problem of a denied `edit`. */
async function refusal(
  decide: Decide,
): Promise<{ problem: unknown; records: readonly DecisionRecord[] }> {
  const settings = options({ decide })
  const error: unknown = await createAuthz(settings)
    .for(request)
    .require('edit', 'document', documents.q3)
    .catch((thrown: unknown) => thrown)
  return { problem: (error as ProblemError | undefined)?.problem, records: settings.records }
}

describe('a denial asks for another sign-in', () => {
  test('when its rule does, and its record says so', async () => {
    const { problem, records } = await refusal(denying({ step_up: { acr_values: 'mfa' } }))
    expect(problem).toMatchObject({ status: 401, acrValues: 'mfa' })
    expect(problem).not.toHaveProperty('maxAge')
    expect(records).toMatchObject([{ outcome: 'denied', reason: 'step-up', effect: 'EFFECT_DENY' }])
  })

  test.each([
    ['about another action', denying({ step_up: { max_age: 1 } }, 'delete')],
    ['with nothing', denying({ step_up: {} })],
    ['with null', denying({ step_up: null })],
    ['with a list', denying([{ step_up: { max_age: 1 } }])],
    ['with text', denying('step_up')],
    ['with an age before now', denying({ step_up: { max_age: -1 } })],
    ['with half a second', denying({ step_up: { max_age: 0.5 } })],
    ['with an age in text', denying({ step_up: { max_age: '600' } })],
    ['with a sign-in that ends the header', denying({ step_up: { acr_values: 'a"b' } })],
    ['with a sign-in of two lines', denying({ step_up: { acr_values: 'a\r\nx: y' } })],
    ['with no sign-in', denying({ step_up: { acr_values: '' } })],
    ['with a sign-in that is a number', denying({ step_up: { acr_values: 1 } })],
    ['with what is inherited', denying(Object.create({ step_up: { max_age: 1 } }))],
  ])('but not %s', async (_, decide) => {
    const { problem, records } = await refusal(decide)
    expect(problem).toMatchObject({ status: 403 })
    expect(records).toMatchObject([{ reason: 'policy' }])
  })

  test('and what is allowed needs none', async () => {
    const { problem } = await refusal(denying({ step_up: { max_age: 1 } }, 'edit', 'EFFECT_ALLOW'))
    expect(problem).toBeUndefined()
  })

  test('for all that any of its rules asks', () => {
    const outputs = [
      { max_age: 600, acr_values: 'mfa' },
      { max_age: 60, acr_values: 'phr mfa' },
      { max_age: 900 },
      { max_age: 'soon' },
    ].map((step_up) => ({ action: 'edit', value: { step_up } }))
    expect(readStepUp(outputs, 'edit')).toEqual({ maxAge: 60, acrValues: 'mfa phr' })
  })

  test('but not when there is no record: what exists is not told', async () => {
    const authz = createAuthz(options({ decide: denying({ step_up: { max_age: 1 } }) }))
    const asked = authz.for(request).require('edit', 'document', undefined)
    await expect(asked).rejects.toMatchObject({ status: 403 })
  })

  test('whatever outputs there are, with a header that is one', () => {
    fc.assert(
      fc.property(fc.anything(), fc.string(), (value, text) => {
        const outputs = [
          { action: 'edit', value },
          { action: 'edit', value: { step_up: { acr_values: text } } },
        ]
        const asked = readStepUp(outputs, 'edit')
        expect(asked?.acrValues ?? '').toMatch(/^[\x21\x23-\x5b\x5d-\x7e ]*$/)
        expect(readStepUp(value, 'edit')).toBeNull()
      }),
    )
  })
})

describe('something that acts for somebody', () => {
  const actor = { id: 'app', roles: ['connected_app'] }
  const acting: Identify = { identify: async () => ({ principal: maya, actor }) }
  const maya = { id: 'maya', roles: ['editor'] }
  const allowing = (allowed: Readonly<Record<string, readonly string[]>>): Decide => ({
    checkResources: async ({ principal, resources }) => ({
      results: resources.map(({ resource, actions }) => ({
        resource,
        actions: Object.fromEntries(
          actions.map((action) => [
            action,
            allowed[principal.id]?.includes(action) ? 'EFFECT_ALLOW' : 'EFFECT_DENY',
          ]),
        ),
        metadata: {
          actions: Object.fromEntries(
            actions.map((action) => [
              action,
              { matchedPolicy: `of ${principal.id}`, matchedScope: '' },
            ]),
          ),
          effectiveDerivedRoles: [],
        },
      })),
    }),
    explain: ({ principal }) => `explained to ${principal.id}`,
  })
  const both = allowing({ maya: ['view', 'edit'], app: ['view', 'delete'] })

  test('may what both may', async () => {
    const settings = options({ identify: acting, decide: both })
    const questions = createAuthz(settings).for(request)
    const actions = ['view', 'edit', 'delete', 'share']
    const records = [documents.q3, undefined, documents.plan]
    expect(await questions.actionsOnEach(actions, 'document', records)).toEqual([
      { view: true, edit: false, delete: false, share: false },
      { view: false, edit: false, delete: false, share: false },
      { view: true, edit: false, delete: false, share: false },
    ])
    expect(settings.records.slice(0, 3)).toMatchObject([
      { principal: maya, actor, effect: 'EFFECT_ALLOW', matchedPolicy: 'of maya' },
      { principal: maya, actor, effect: 'EFFECT_DENY', matchedPolicy: 'of app' },
      { principal: maya, actor, effect: 'EFFECT_DENY', matchedPolicy: 'of maya' },
    ])
  })

  test('is told what denied it', async () => {
    const authz = createAuthz(options({ identify: acting, decide: both, explain: 'development' }))
    for (const [action, said] of [
      ['edit', 'explained to app'],
      ['delete', 'explained to maya'],
    ] as const)
      await expect(
        authz.for({ ...request }).require(action, 'document', documents.q3),
      ).rejects.toMatchObject({ problem: { explanation: said } })
  })

  test('is not decided about when one of the two is not', async () => {
    const { checkResources } = both
    const decide: Decide = {
      checkResources: (asked) =>
        asked.principal.id === 'app' ? Promise.reject(new Error('away')) : checkResources(asked),
    }
    const questions = createAuthz(options({ identify: acting, decide })).for(request)
    const error: unknown = await questions
      .can('view', 'document', documents.q3)
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ProblemError)
    if (error instanceof ProblemError)
      expect(problemHeaders(error.problem)).not.toHaveProperty('www-authenticate')
    expect(error).toMatchObject({ status: 503 })
  })
})
