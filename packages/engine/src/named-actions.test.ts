import { expect, test } from 'vitest'

import { Engine } from './engine.ts'

const policy = (body: string): string => `apiVersion: api.cerbos.dev/v1\n${body}`

const engine = Engine.fromFiles([
  {
    path: 'doc.yaml',
    text: policy(`resourcePolicy:
  resource: a/doc
  version: default
  rules:
    - { actions: [view, 'edit:*'], roles: ['*'], effect: EFFECT_ALLOW }`),
  },
  {
    path: 'scoped.yaml',
    text: policy(`resourcePolicy:
  resource: a/doc
  version: default
  scope: acme
  rules:
    - { actions: [approve], roles: ['*'], effect: EFFECT_ALLOW }`),
  },
  {
    path: 'other.yaml',
    text: policy(`resourcePolicy:
  resource: other
  version: default
  rules:
    - { actions: [fly], roles: ['*'], effect: EFFECT_ALLOW }`),
  },
  {
    path: 'ann.yaml',
    text: policy(`principalPolicy:
  principal: ann
  version: default
  rules:
    - { resource: 'a/*', actions: [{ action: burn, effect: EFFECT_ALLOW }, { action: '*', effect: EFFECT_DENY }] }`),
  },
  {
    path: 'role.yaml',
    text: policy(`rolePolicy:
  role: clerk
  rules:
    - { resource: '*', allowActions: [stamp] }`),
  },
])

test.each([
  ['a/doc', ['approve', 'burn', 'stamp', 'view']],
  ['other', ['fly', 'stamp']],
  ['nothing', ['stamp']],
  ['constructor', ['stamp']],
])('the actions that policies name for `%s`', (kind, actions) => {
  expect(engine.actionsOf(kind)).toEqual(actions)
})
