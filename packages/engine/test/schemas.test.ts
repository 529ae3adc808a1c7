import { compilePolicies } from '@lockstitch/policy'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { Engine } from '../src/engine.ts'
import type { ValidationError } from '../src/request.ts'
import { schemaCase } from './arbitrary-schemas.ts'
import { type CerbosServer, findCerbos, startCerbos } from './cerbos-server.ts'
import { allow, type PolicyFiles, resourcePolicy } from './policies.ts'
import { WORDINGS } from './schema-cases.ts'
import { UNUSABLE } from './unusable-schemas.ts'

type Attributes = NonNullable<Parameters<Engine['check']>[0]['resource']['attr']>

/** The text of a schema file and attributes to validate by it. */
interface Question {
  readonly schema: string
  readonly attributes: unknown
}

/** Question `n` is about resources of the kind `kn`, whose schema is `n.json`. */
function filesFor(questions: readonly Question[]): PolicyFiles {
  return Object.fromEntries(
    questions.flatMap(({ schema }, index) => {
      const schemas = { resourceSchema: { ref: urlOf(index) } }
      const policy = resourcePolicy(`k${index}`, { rules: [allow('*', ['*'])], schemas })
      return [
        [`_schemas/${index}.json`, schema],
        [`${index}.yaml`, policy],
      ]
    }),
  )
}

function urlOf(index: number): string {
  return `cerbos:///${index}.json`
}

function requestFor({ attributes }: Question, index: number): Parameters<Engine['check']>[0] {
  return {
    principal: { id: 'p', roles: ['user'] },
    resource: { kind: `k${index}`, id: 'r', attr: attributes as Attributes }, // JSON
    actions: ['view'],
  }
}

function askEngine(questions: readonly Question[]): readonly (readonly string[])[] {
  const sources = Object.entries(filesFor(questions)).map(([path, text]) => ({ path, text }))
  const { policySet } = compilePolicies(sources, { invalidSchemas: 'ignore' })
  if (!policySet) throw new Error('the policies do not compile')
  const engine = new Engine(policySet, { schemaEnforcement: 'warn' })
  return questions.map((question, index) =>
    textsOf(engine.check(requestFor(question, index)).validationErrors),
  )
}

async function askCerbos(
  server: CerbosServer,
  questions: readonly Question[],
): Promise<readonly (readonly string[])[]> {
  const answers: (readonly string[])[] = []
  for (const [index, question] of questions.entries()) {
    const { principal, resource, actions } = requestFor(question, index)
    const request = { principal, resources: [{ resource, actions }] }
    const { results } = await server.checkResources(request)
    answers.push(textsOf(results[0]?.validationErrors ?? []))
  }
  return answers
}

/** Sorted, since Cerbos tells errors in any order; those of equal text once. */
function textsOf(errors: readonly Partial<ValidationError>[]): readonly string[] {
  return [
    ...new Set(errors.map(({ path = '', message }) => `${path}: ${sortNames(message)}`)),
  ].sort()
}

function sortNames(message = ''): string {
  const [, names] = /^additionalProperties (.*) not allowed$/.exec(message) ?? []
  return names ? `additionalProperties ${names.split(', ').sort().join(', ')} not allowed` : message
}

const wordings = WORDINGS.map(({ schema, value }) => ({
  schema: JSON.stringify({ properties: { v: schema } }),
  attributes: { v: value },
}))
const unusable = UNUSABLE.map(({ text }) => ({ schema: text, attributes: {} }))
const known = [...wordings, ...unusable]
const wanted = [
  ...WORDINGS.map(({ says }) => [...says].sort()),
  ...UNUSABLE.map(({ problem }, index) => {
    const url = urlOf(wordings.length + index)
    return [`: Failed to load resource schema "${url}": ${problem.replaceAll('SELF', url)}`]
  }),
]
const rows = known.map(({ schema, attributes }, index) => ({ index, schema, attributes }))

describe('the words for each keyword, and for schemas that cannot be used', () => {
  const answers = askEngine(known)
  test.each(rows)('$schema $attributes', ({ index }) => {
    expect(answers[index]).toEqual(wanted[index])
  })
})

const cerbos = findCerbos()
const reason = 'missing' in cerbos ? ` (skipped: ${cerbos.missing})` : ''

describe.skipIf('missing' in cerbos)(`Cerbos${reason}`, () => {
  const generated = fc
    .sample(schemaCase, { seed: 20_260, numRuns: 600 })
    .map(({ schema, attributes }): Question => ({ schema: JSON.stringify(schema), attributes }))
  let server: CerbosServer
  beforeAll(async () => {
    const files = filesFor([...known, ...generated])
    server = await startCerbos(files, { schemaEnforcement: 'warn' })
  }, 60_000)
  afterAll(() => server.stop())

  test('has the same words', async () => {
    expect(await askCerbos(server, known)).toEqual(wanted)
  }, 60_000)

  test('finds the same wrong in random attributes by random schemas of all drafts', async () => {
    const all = [...known, ...generated]
    const theirs = await askCerbos(server, all)
    const ours = askEngine(all)
    const differing = all.filter(
      (_, index) => comparable(ours[index]) !== comparable(theirs[index]),
    )
    expect(differing).toEqual([])
    // Worthless if nearly all of them fit, or nearly none.
    const withErrors = theirs.filter((errors) => errors.length > 0).length
    expect(withErrors / all.length).toBeGreaterThan(0.2)
    expect(withErrors / all.length).toBeLessThan(0.8)
  }, 120_000)
})

/** Of all that is wrong with a schema, Cerbos names whatever it comes upon first. */
function comparable(errors: readonly string[] = []): string {
  return errors.map((error) => error.replace(/compilation failed: '.*/, '')).join('\n')
}
