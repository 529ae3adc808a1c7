import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'

import { allow, linkPolicies, resourcePolicy } from '../test/policies.ts'
import type { DecisionRecord } from './decision-record.ts'
import { Engine as DirectoryEngine } from './directory.ts'
import { Engine, type EngineOptions } from './engine.ts'
import { explanationText } from './explain-text.ts'
import { PolicyLoadError } from './policy-load-error.ts'

const schemas = { resourceSchema: { ref: 'cerbos:///owned.json' } }
const rules = [allow('*', ['*'])]
const files = {
  '_schemas/owned.json': '{"required": ["owner"]}',
  'doc.yaml': resourcePolicy('doc', { rules, schemas }),
  'other.yaml': resourcePolicy('other', { rules }),
  'other.s.yaml': resourcePolicy('other', { rules, scope: 's' }),
}
const input = {
  principal: { id: 'u', roles: ['user'] },
  resource: { kind: 'doc', id: 'd' },
  actions: ['view'],
}
const noOwner = { path: '/', message: "missing properties: 'owner'", source: 'SOURCE_RESOURCE' }

function engineWith(options: EngineOptions): Engine {
  return new Engine(linkPolicies(files), options)
}

describe('enforcing schemas', () => {
  test('is off unless asked for', () => {
    const output = engineWith({}).check(input)
    expect(output.validationErrors).toEqual([])
    expect(output.actions.get('view')?.effect).toBe('EFFECT_ALLOW')
  })

  test('is never off by a slip', () => {
    const schemaEnforcement = 'rejct' as 'reject' // what JavaScript may pass
    expect(() => engineWith({ schemaEnforcement })).toThrow('must be `none`, `warn` or `reject`')
  })

  test('is told in the shape of the Cerbos SDK', async () => {
    const engine = engineWith({ schemaEnforcement: 'reject' })
    const { principal, resource, actions } = input
    const { results } = await engine.checkResources({
      principal,
      resources: [{ resource, actions }],
    })
    expect(results[0]).toMatchObject({
      actions: { view: 'EFFECT_DENY' },
      validationErrors: [noOwner],
    })
  })

  test('is in the decision records, where something is wrong', () => {
    const records: DecisionRecord[] = []
    const onDecision = (record: DecisionRecord): void => void records.push(record)
    const engine = engineWith({ schemaEnforcement: 'warn', onDecision })
    engine.check(input)
    engine.check({ ...input, resource: { ...input.resource, attr: { owner: 'u' } } })
    const outputs = records.flatMap(({ checkResources }) => checkResources.outputs)
    expect(outputs.map(({ validationErrors }) => validationErrors)).toEqual([[noOwner], undefined])
  })

  test('is explained, with the effect of check and no rule that would help', () => {
    const explanation = engineWith({ schemaEnforcement: 'reject' }).explain(input, 'view')
    expect(explanation).toMatchObject({
      effect: 'EFFECT_DENY',
      rejected: true,
      validationErrors: [noOwner],
    })
    expect(explanation.nearest).toBeUndefined()
    expect(explanationText(explanation)).toContain("✗ resource /: missing properties: 'owner'")
  })

  test.each([
    [undefined, 'EFFECT_DENY'],
    ['cerbos', 'EFFECT_ALLOW'],
  ] as const)(
    'where a scope has policies for other resources only, with compat %s: %s',
    (compat, effect) => {
      const engine = engineWith({ schemaEnforcement: 'reject', ...(compat && { compat }) })
      const scoped = { ...input, resource: { ...input.resource, scope: 's' } }
      expect(engine.check(scoped).actions.get('view')?.effect).toBe(effect)
    },
  )
})

describe('a directory', () => {
  let directory = ''
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  function write(without?: string): string {
    directory = mkdtempSync(join(tmpdir(), 'lockstitch-schemas-'))
    mkdirSync(join(directory, '_schemas'))
    for (const [name, text] of Object.entries(files)) {
      if (name !== without) writeFileSync(join(directory, name), text)
    }
    return directory
  }

  test('has the schemas of its policies', async () => {
    const engine = await DirectoryEngine.fromDirectory(write(), { schemaEnforcement: 'warn' })
    expect(engine.check(input).validationErrors).toEqual([noOwner])
  })

  test('without a schema that is enforced is not loaded', async () => {
    const loading = DirectoryEngine.fromDirectory(write('_schemas/owned.json'), {
      schemaEnforcement: 'warn',
    })
    await expect(loading).rejects.toThrow(PolicyLoadError)
    await expect(loading).rejects.toThrow("schema _schemas/owned.json doesn't exist")
  })

  test('without a schema is loaded where schemas are not enforced, and by Cerbos', async () => {
    const place = write('_schemas/owned.json')
    const off = await DirectoryEngine.fromDirectory(place)
    expect(off.check(input).actions.get('view')?.effect).toBe('EFFECT_ALLOW')
    const options = { schemaEnforcement: 'reject', compat: 'cerbos' } as const
    const engine = await DirectoryEngine.fromDirectory(place, options)
    const output = engine.check(input)
    expect(output.actions.get('view')?.effect).toBe('EFFECT_DENY')
    expect(output.validationErrors[0]?.message).toContain('Failed to load resource schema')
  })
})
