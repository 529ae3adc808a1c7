import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { Engine } from '../src/directory.ts'
import type { EngineOptions } from '../src/engine.ts'
import { explanationText } from '../src/explain-text.ts'
import type { CheckInput } from '../src/request.ts'

const directory = join(import.meta.dirname, 'explanations')

const maya = { id: 'maya', roles: ['editor'], attr: { team: 'design', active: true } }
const guest = { id: 'guest', roles: ['viewer'], attr: { team: 'sales', active: true } }
const intern = { ...maya, id: 'ines', roles: ['intern'] }
const lee = { ...maya, id: 'lee' }

const q3 = {
  kind: 'document',
  id: 'q3',
  attr: {
    owner_id: 'maya',
    team: 'design',
    status: 'draft',
    pages: 4,
    locked: false,
    labels: ['plan'],
    classification: 'public',
    frozen: false,
  },
}

/** The same document, some of it otherwise. */
function document(changes: object, rest: object = {}): typeof q3 {
  return { ...q3, ...rest, attr: { ...q3.attr, ...changes } }
}

const invoice = { kind: 'invoice', id: 'i7', attr: { amount: 20, currency: 'EUR', days_late: 3 } }

type Input = Omit<CheckInput, 'actions'>

/** What is explained, by the name of the file that has it: who, what, to which resource, and how. */
const EXPLANATIONS: Readonly<Record<string, readonly [Input, string, EngineOptions?]>> = {
  'allow-by-role': [{ principal: guest, resource: q3 }, 'view'],
  'allow-by-derived-role': [{ principal: maya, resource: q3 }, 'delete'],
  'allow-by-condition': [{ principal: maya, resource: q3 }, 'publish'],
  'deny-by-condition': [
    {
      principal: maya,
      resource: document({ status: 'final', pages: 40, labels: ['legal-hold'] }),
    },
    'publish',
  ],
  'deny-by-derived-role': [{ principal: guest, resource: q3 }, 'comment'],
  'deny-by-role': [{ principal: guest, resource: q3 }, 'publish'],
  'deny-by-rule': [{ principal: maya, resource: document({ classification: 'secret' }) }, 'export'],
  'deny-no-rule': [{ principal: guest, resource: { kind: 'invoice', id: 'i7' } }, 'approve'],
  'deny-no-policy': [{ principal: guest, resource: { kind: 'folder', id: 'f1' } }, 'view'],
  'scope-overrides-parent': [
    { principal: guest, resource: document({}, { scope: 'acme' }) },
    'comment',
  ],
  'scope-denies-before-parent': [
    { principal: maya, resource: document({ frozen: true }, { scope: 'acme' }) },
    'delete',
  ],
  'scope-needs-consent-allowed': [
    {
      principal: { ...maya, attr: { on_shift: true } },
      resource: document({}, { scope: 'globex' }),
    },
    'view',
  ],
  'scope-needs-consent-denied': [
    {
      principal: { ...maya, attr: { on_shift: false } },
      resource: document({}, { scope: 'globex' }),
    },
    'view',
  ],
  'scope-without-policies': [
    { principal: guest, resource: document({}, { scope: 'initech.emea' }) },
    'view',
  ],
  'role-policy-not-listed': [{ principal: intern, resource: q3 }, 'delete'],
  'role-policy-condition': [
    { principal: intern, resource: document({ status: 'final' }) },
    'comment',
  ],
  'principal-policy-allows': [
    { principal: lee, resource: document({ status: 'final' }) },
    'publish',
  ],
  'principal-policy-denies': [
    { principal: lee, resource: document({ owner_id: 'lee' }) },
    'delete',
  ],
  'schema-rejects': [
    {
      principal: { ...maya, attr: { team: 7 } },
      resource: { ...invoice, attr: { amount: -1, currency: 'GBP' } },
    },
    'pay',
    { schemaEnforcement: 'reject' },
  ],
  'schema-warns': [
    { principal: maya, resource: { ...invoice, attr: { ...invoice.attr, currency: 'GBP' } } },
    'pay',
    { schemaEnforcement: 'warn' },
  ],
  'missing-attribute': [
    { principal: { id: 'maya', roles: ['editor'] }, resource: q3 },
    'export',
    { strictEvaluation: false },
  ],
  'wrong-type': [
    { principal: maya, resource: { ...invoice, attr: { amount: 'lots', days_late: 3 } } },
    'pay',
    { strictEvaluation: false },
  ],
  'strict-failure-denies': [
    { principal: maya, resource: { ...invoice, attr: { amount: 20 } } },
    'pay',
    { strictEvaluation: true },
  ],
  'lenient-failure-skips': [
    { principal: maya, resource: { ...invoice, attr: { amount: 20 } } },
    'pay',
    { strictEvaluation: false },
  ],
}

describe('explanations as people read them and as data', () => {
  test.each(Object.entries(EXPLANATIONS))('%s', async (name, [input, action, options]) => {
    const engine = await Engine.fromDirectory(join(directory, 'policies'), options)
    const explanation = engine.explain(input, action)
    const { effect } = explanation
    expect(engine.check({ ...input, actions: [action] }).actions.get(action)?.effect).toBe(effect)
    const golden = `${explanationText(explanation)}\n---\n${JSON.stringify(explanation, null, 2)}\n`
    await expect(golden).toMatchFileSnapshot(join(directory, `${name}.golden`))
  })
})
