import {
  type AuthzOptions,
  type Decide,
  type DecideRequest,
  type DecideResponse,
  type DecisionRecord,
  type Identify,
  IdentifyFailure,
} from '@lockstitch/guard'

/** Two organizations' documents, as a database has them. */
export const documents: Readonly<Record<string, DocumentRecord>> = {
  q3: { id: 'q3', organization_id: 'organization-acme', owner_id: 'maya', created: new Date(0) },
  plan: {
    id: 'plan',
    organization_id: 'organization-globex',
    owner_id: 'otto',
    created: new Date(0),
  },
}

export interface DocumentRecord {
  id: string
  organization_id?: string
  owner_id: string
  created: Date
}

/** `x-user: maya` is maya of Acme; other values fail as their names say. */
export const identify: Identify = {
  async identify(request) {
    const user = request.headers.get('x-user')
    if (user === null) throw new IdentifyFailure(401, 'no-session', 'no session was sent; sign in')
    if (user === 'expired') throw new IdentifyFailure(401, 'token-expired', 'it expired')
    if (user === 'stytch-down') throw new IdentifyFailure(503, 'stytch-unavailable', 'no answer')
    if (user === 'broken') throw new TypeError('secret of a stack trace')
    return {
      principal: {
        id: user,
        roles: ['editor'],
        scope: 'organization-acme',
        attr: { organization_id: 'organization-acme' },
      },
    }
  },
}

/** Allows what belongs to the principal's organization, except to delete it. */
export const organizationRule: Decide = {
  checkResources: async ({ principal, resources }) => ({
    results: resources.map(({ resource, actions }) => ({
      resource: { kind: resource.kind, id: resource.id },
      actions: Object.fromEntries(
        actions.map((action) => [
          action,
          action !== 'delete' && resource.attr?.organization_id === principal.attr?.organization_id
            ? 'EFFECT_ALLOW'
            : 'EFFECT_DENY',
        ]),
      ),
      metadata: {
        actions: Object.fromEntries(
          actions.map((action) => [
            action,
            { matchedPolicy: 'resource.document.vdefault', matchedScope: '' },
          ]),
        ),
        effectiveDerivedRoles: [],
      },
    })),
  }),
  explain: (_, action) => ({ effect: 'EFFECT_DENY', nearest: `nobody may ${action}` }),
}

/** Denies `edit`, and says something beside it. */
export function denying(value: unknown, action = 'edit', effect = 'EFFECT_DENY'): Decide {
  return {
    checkResources: async ({ resources }) => ({
      results: resources.map(({ resource, actions }) => ({
        resource,
        actions: Object.fromEntries(actions.map((each) => [each, effect])),
        outputs: [
          { action: 'view', value: 'something else' },
          { action, value },
        ],
      })),
    }),
  }
}

/** Answers that are not decisions. */
export const brokenDeciders: Readonly<Record<string, { decide: Decide; code: string }>> = {
  'throws at once': {
    decide: decider(() => {
      throw new Error('connection refused')
    }),
    code: 'decision-failed',
  },
  rejects: {
    decide: decider(() => Promise.reject(new Error('unavailable'))),
    code: 'decision-failed',
  },
  'never answers': { decide: decider(() => new Promise(() => {})), code: 'decision-timeout' },
  'answers undefined': { decide: decider(() => undefined), code: 'decision-malformed' },
  'answers without results': { decide: decider(() => ({})), code: 'decision-malformed' },
  'answers no results': { decide: decider(() => ({ results: [] })), code: 'decision-malformed' },
  'answers too many results': {
    decide: decider(() => ({ results: [allow('document', 'q3'), allow('document', 'q3')] })),
    code: 'decision-malformed',
  },
  'answers about another resource': {
    decide: decider(() => ({ results: [allow('document', 'q4')] })),
    code: 'decision-malformed',
  },
  'answers about another kind': {
    decide: decider(() => ({ results: [allow('folder', 'q3')] })),
    code: 'decision-malformed',
  },
  'answers without the action': {
    decide: decider(() => ({ results: [{ ...allow('document', 'q3'), actions: {} }] })),
    code: 'decision-malformed',
  },
  'answers with an inherited action': {
    decide: decider(() => ({
      results: [{ ...allow('document', 'q3'), actions: Object.create({ edit: 'EFFECT_ALLOW' }) }],
    })),
    code: 'decision-malformed',
  },
  'answers null actions': {
    decide: decider(() => ({ results: [{ ...allow('document', 'q3'), actions: null }] })),
    code: 'decision-malformed',
  },
  ...Object.fromEntries(
    ['EFFECT_UNSPECIFIED', 'EFFECT_NO_MATCH', 'allow', 'ALLOW', '', true, 1, null].map((effect) => [
      `answers the effect ${JSON.stringify(effect)}`,
      {
        decide: decider(() => ({
          results: [{ resource: { kind: 'document', id: 'q3' }, actions: { edit: effect } }],
        })),
        code: 'decision-malformed',
      },
    ]),
  ),
}

/** A decider that lies about its type, as a process on the other side of a network may. */
export function decider(answer: (request: DecideRequest) => unknown): Decide {
  return { checkResources: (request) => answer(request) as Promise<DecideResponse> }
}

function allow(kind: string, id: string): object {
  return { resource: { kind, id }, actions: { edit: 'EFFECT_ALLOW', view: 'EFFECT_ALLOW' } }
}

/** Options with a clock and ids that are the same in each run, and what the hooks were told. */
export function options(more: Partial<AuthzOptions> = {}): AuthzOptions & {
  records: DecisionRecord[]
  errors: unknown[]
} {
  const records: DecisionRecord[] = []
  const errors: unknown[] = []
  let ids = 0
  const newId = (): string => {
    ids += 1
    return `decision-${ids}`
  }
  const given: AuthzOptions = {
    identify,
    decide: organizationRule,
    deadline: 1000,
    clock: () => Date.UTC(2026, 0, 1),
    newId,
    onDecision: (record) => records.push(record),
    onError: (error) => errors.push(error),
    ...more,
  }
  // They are no options, and so they must not look like some.
  const kept = { records: { value: records }, errors: { value: errors } }
  return Object.defineProperties(given, kept) as ReturnType<typeof options>
}
