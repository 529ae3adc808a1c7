import { readFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'

import { defaultSeed } from '../src/default-seed.ts'
import { createEmulator } from '../src/emulator.ts'
import type { Seed } from '../src/seed.ts'
import { SeedError } from '../src/seed-error.ts'
import { readSeed, seedSchema } from '../src/seed-fields.ts'
import { readSeedText } from '../src/seed-text.ts'
import { seed } from './seed.ts'

const isSeed = new Ajv({ strict: true, validateFormats: false }).compile(seedSchema)

/** What is wrong with a text, as `line:column path: problem`. */
async function problemsOf(text: string): Promise<readonly string[]> {
  try {
    const { seed: read, locate } = readSeedText(text)
    await createEmulator({ seed: read }).then(
      (emulator) => emulator.close(),
      (error: unknown) => {
        throw error instanceof SeedError ? locate(error) : error
      },
    )
    return []
  } catch (error) {
    if (!(error instanceof SeedError)) throw error
    return error.problems.map(
      ({ position, path, problem }) => `${position?.line}:${position?.column} ${path}: ${problem}`,
    )
  }
}

const yaml = `
# Who is there.
projects:
  - project_id: project-test-mine
    rbac_policy:
      roles:
        - { role_id: editor, permissions: [{ resource_id: document, actions: ['*'] }] }
    organizations:
      - organization_name: Mine
        members:
          - email_address: me@mine.test
            roles: [editor]
          - email_address: you@mine.test
`

describe('a seed as text', () => {
  test('may be YAML or JSON', () => {
    const { seed: read } = readSeedText(yaml)
    expect(readSeedText(JSON.stringify(read, null, '\t')).seed).toEqual(read)
    expect(readSeedText(JSON.stringify(seed)).seed).toEqual(readSeed(seed))
  })

  // biome-ignore format: table
  test.each([
    ['a field that is misspelt', yaml.replace('members:', 'memebrs:'), ['10:9 seed.projects[0].organizations[0]: unknown field `memebrs`; did you mean `members`?']],
    ['a field that is like no other', yaml.replace('roles: [editor]', 'zzz: 1'), [expect.stringContaining('12:13 seed.projects[0].organizations[0].members[0]: unknown field `zzz`; expected one of `member_id`, ')]],
    ['a value of a wrong type', yaml.replace('you@mine.test', '7'), ['13:28 seed.projects[0].organizations[0].members[1].email_address: expected a string, got a number']],
    ['a field that is missing, at what it is missing from', yaml.replace('organization_name: Mine', 'organization_slug: mine'), ['9:9 seed.projects[0].organizations[0].organization_name: organization_name is required.']],
    ['a role that does not exist', yaml.replace('[editor]', '[king]'), ['11:13 seed.projects[0].organizations[0].members[0]: The role king does not exist.']],
    ['several at once', yaml.replace('project-test-mine', 'project-live-mine').replace('you@mine.test', 'you'), [
      '4:17 seed.projects[0].project_id: this looks live; the emulator takes ids and secrets of the test environment only',
      '13:28 seed.projects[0].organizations[0].members[1].email_address: expected an email address',
    ]],
    ['JSON that ends too soon', '{\n  "projects": [', [expect.stringMatching(/^2:16 seed: /), '2:16 seed: Flow map must end with a }']],
    ['YAML with a key twice', 'projects: []\nprojects: []', ['2:1 seed: Map keys must be unique']],
    ['nothing', '', ['1:1 seed: expected an object, got null']],
  ])('%s is told with its place', async (_rule, text, expected) => {
    expect(await problemsOf(text)).toEqual(expected)
  })
})

describe('the schema of seeds', () => {
  test('is the published one (npm run emulator:readme)', async () => {
    const file = new URL('../seed.schema.json', import.meta.url)
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(seedSchema)
  })

  test('says of every field what it may be', () => {
    expect(JSON.stringify(seedSchema)).not.toContain(':{}')
  })

  test.each<[string, Seed]>([
    ['the default', defaultSeed],
    ['the tests’', seed],
    ['one in YAML', readSeedText(yaml).seed],
  ])('takes %s', (_rule, one) => {
    expect(isSeed(one), JSON.stringify(isSeed.errors)).toBe(true)
  })

  // biome-ignore format: table
  test.each([
    ['no projects', {}],
    ['an unknown field', { projects: [{ organisations: [] }] }],
    ['a live id', { projects: [{ project_id: 'project-live-1' }] }],
    ['a member without an address', { projects: [{ organizations: [{ organization_name: 'A', members: [{}] }] }] }],
    ['an unknown status', { projects: [{ organizations: [{ organization_name: 'A', members: [{ email_address: 'a@a.test', status: 'gone' }] }] }] }],
    ['an organization without a name', { projects: [{ organizations: [{}] }] }],
    ['a slug with a slash', { projects: [{ organizations: [{ organization_name: 'A', organization_slug: 'a/b' }] }] }],
    ['a webhook without a secret', { projects: [{ webhooks: [{ url: 'http://127.0.0.1' }] }] }],
    ['a role without permissions', { projects: [{ rbac_policy: { roles: [{ role_id: 'r' }] } }] }],
  ])('refuses %s, as the emulator does', (_rule, one) => {
    expect(isSeed(one)).toBe(false)
    expect(() => readSeed(one)).toThrow(SeedError)
  })
})
