import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  type CerbosServer,
  findCerbos,
  skippedWithoutCerbos,
  startCerbos,
} from '../../../tools/cerbos-server.ts'
import type { CheckResourcesRequest } from '../src/check-resources.ts'
import type { DecisionRecord } from '../src/decision-record.ts'
import { Engine } from '../src/engine.ts'
import type { SchemaEnforcement } from '../src/schemas.ts'
import { checkInput, policyFiles } from './arbitrary.ts'
import {
  allow,
  deny,
  derivedRoles,
  linkPolicies,
  type PolicyFiles,
  principalPolicy,
  resourcePolicy,
  rolePolicy,
  when,
} from './policies.ts'

const seen = { output: { when: { ruleActivated: 'R.attr.size', conditionNotMet: '"not met"' } } }

/** A bit of everything that a record has a field for. */
const POLICIES: PolicyFiles = {
  'documents/document.yaml': JSON.stringify({
    ...JSON.parse(
      resourcePolicy('document', {
        importDerivedRoles: ['common'],
        schemas: { resourceSchema: { ref: 'cerbos:///document.json' } },
        variables: { local: { broken: 'R.attr.nowhere' } },
        rules: [
          allow('view', ['user'], seen),
          { ...allow('edit', []), derivedRoles: ['owner'] },
          allow('fragile', ['user'], when('V.broken || R.attr.nothing')),
          deny('fragile', ['user'], when('R.attr.nothing == 1')),
          allow('odd:*', ['user'], { ...when('R.attr.size > 100.0'), ...seen }),
        ],
      }),
    ),
    metadata: {
      annotations: { team: 'docs' },
      sourceAttributes: {
        attributes: { reviewed: [true, null], driver: 'theirs', ['__proto__']: 1 },
      },
    },
  }),
  'acme.yaml': resourcePolicy('document', { scope: 'acme', rules: [deny('edit', ['user'])] }),
  'roles.yaml': derivedRoles('common', [
    { name: 'owner', parentRoles: ['user'], ...when('R.attr.owner == P.id') },
  ]),
  'ann.yaml': principalPolicy('ann', {
    rules: [
      {
        resource: 'document',
        actions: [{ action: 'view', effect: 'EFFECT_DENY', ...when('false') }],
      },
    ],
  }),
  'clerk.yaml': rolePolicy('clerk', {
    parentRoles: ['user'],
    rules: [{ resource: 'document', allowActions: ['view'] }],
  }),
  '_schemas/document.json': JSON.stringify({ type: 'object', required: ['size'] }),
}

const principal = { id: 'ann', roles: ['user', 'guest'], attr: { team: null } }
const document = { kind: 'document', id: '1', attr: { size: 5, owner: 'ann', tags: [1, {}] } }
const everything = ['view', 'edit', 'fragile', 'odd:one', 'fly']

const REQUESTS: readonly CheckResourcesRequest[] = [
  { principal, resources: [{ resource: document, actions: everything }], requestId: 'mine' },
  {
    principal,
    resources: [
      { resource: { ...document, scope: 'acme' }, actions: ['view', 'edit'] },
      { resource: { kind: 'document', id: '2', policyVersion: 'default' }, actions: ['view'] },
      { resource: { kind: 'document', id: '3', attr: {} }, actions: ['fragile'] },
      { resource: { kind: 'other', id: '4', policyVersion: 'v9' }, actions: ['view'] },
    ],
  },
  {
    principal: { id: 'bob', roles: ['clerk'], policyVersion: 'v7', scope: 'acme' },
    resources: [{ resource: document, actions: ['view', 'edit'] }],
    requestContext: { annotations: { why: 'because', list: [1, null] } },
  },
  {
    principal,
    resources: [{ resource: document, actions: ['view'] }],
    auxData: { jwt: { sub: 'ann', aud: ['docs'], level: 3, groups: { staff: true, none: null } } },
  },
]

interface Settings {
  readonly strictEvaluation: boolean
  readonly lenientScopeSearch: boolean
  readonly schemaEnforcement: SchemaEnforcement
}

interface World {
  readonly policies: PolicyFiles
  readonly requests: readonly CheckResourcesRequest[]
}

const random = fc.record({
  policies: policyFiles,
  requests: fc.array(
    fc.array(checkInput, { minLength: 1, maxLength: 4 }).map((inputs): CheckResourcesRequest => {
      const [first] = inputs
      return {
        principal: first?.principal ?? principal,
        resources: inputs.map(({ resource, actions }) => ({ resource, actions })),
      }
    }),
    { minLength: 60, maxLength: 60 },
  ),
})

const cerbos = findCerbos()

describe.skipIf('missing' in cerbos)(
  `a record is the entry of Cerbos's decision log${skippedWithoutCerbos(cerbos)}`,
  () => {
    test.each<Settings>([
      { strictEvaluation: false, lenientScopeSearch: false, schemaEnforcement: 'warn' },
      { strictEvaluation: true, lenientScopeSearch: true, schemaEnforcement: 'reject' },
    ])('%o', async (settings) => {
      await compare({ policies: POLICIES, requests: REQUESTS }, settings)
    })

    test.each([1, 2, 3, 4])('random policies %i', async (seed) => {
      const [world] = fc.sample(random, { seed, numRuns: 1 })
      const isOdd = seed % 2 === 1
      await compare(world ?? expect.unreachable('a world'), {
        strictEvaluation: isOdd,
        lenientScopeSearch: !isOdd,
        schemaEnforcement: 'none',
      })
    })
  },
)

async function compare({ policies, requests }: World, settings: Settings): Promise<void> {
  const { schemaEnforcement, ...engineSettings } = settings
  const directory = await mkdtemp(join(tmpdir(), 'lockstitch-decision-log-'))
  const path = join(directory, 'audit.log')
  const server = await startCerbos({
    policies,
    engine: engineSettings,
    config: {
      schema: { enforcement: schemaEnforcement },
      auxData: { jwt: { disableVerification: true } },
      audit: { enabled: true, accessLogsEnabled: false, backend: 'file', file: { path } },
    },
  })
  try {
    const ours: DecisionRecord[] = []
    const engine = new Engine(linkPolicies(policies), {
      ...settings,
      compat: 'cerbos',
      policySource: { disk: { directory: '' } },
      onDecision: (record) => ours.push(record),
    })
    const ids: string[] = []
    for (const request of requests) {
      ids.push(await callIdOf(server, request))
      await engine.checkResources(request)
    }
    const theirs = await entriesOf(path, requests.length)
    // Cerbos writes them in the order in which calls end.
    const inOrder = ids.map((id) => theirs.find(({ callId }) => callId === id))
    expect(ours.map(comparable)).toEqual(inOrder.map((entry) => entry && comparable(entry)))
  } finally {
    await server.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

async function callIdOf(server: CerbosServer, request: CheckResourcesRequest): Promise<string> {
  const { auxData, ...rest } = request
  const tokens = auxData?.jwt && { auxData: { jwt: { token: unsignedToken(auxData.jwt) } } }
  const reply = await server.post('/api/check/resources', { ...rest, ...tokens })
  if (!reply.ok) throw new Error(reply.message)
  return (reply.body as { cerbosCallId: string }).cerbosCallId
}

function unsignedToken(claims: object): string {
  const parts = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  return [...parts, 'AAAA'].join('.')
}

/** The log is written behind the answers. */
async function entriesOf(path: string, count: number): Promise<readonly LogEntry[]> {
  for (;;) {
    const lines = (await readFile(path, 'utf8').catch(() => '')).split('\n').slice(0, -1)
    if (lines.length >= count) return lines.map((line) => JSON.parse(line))
    await pause(20)
  }
}

type LogEntry = Omit<DecisionRecord, 'generation'>

/**
 * A record without what differs from call to call. What Cerbos tells in no order is sorted: derived
 * roles, outputs of one rule, errors.
 */
function comparable(record: LogEntry | DecisionRecord): object {
  const {
    callId,
    timestamp,
    checkResources: { inputs, outputs },
    policySource,
    auditTrail,
    requestContext,
    metadata,
  } = record
  expect(callId).not.toBe('')
  expect(new Date(timestamp).getTime()).not.toBeNaN()
  return {
    auditTrail,
    requestContext,
    metadata,
    policySource: Object.keys(policySource ?? {}),
    checkResources: {
      inputs,
      outputs: outputs.map((output) => ({
        ...output,
        effectiveDerivedRoles: [...(output.effectiveDerivedRoles ?? [])].sort(),
        outputs: output.outputs?.map((entry) => JSON.stringify(entry, sortedKeys)).sort(),
        evaluationErrors: output.evaluationErrors
          ?.map((error) => JSON.stringify(error, sortedKeys))
          .sort(),
      })),
    },
  }
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
