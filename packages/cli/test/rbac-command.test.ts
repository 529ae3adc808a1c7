import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmulator, defaultSeed, type Emulator } from '@lockstitch/stytch-emulator'
import { B2BClient } from 'stytch'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

import { runCommand } from './command-line.ts'

const acme = 'organization-test-ac3e0000-0000-4000-8000-000000000001'

const RBAC = {
  policy: {
    roles: [
      { role_id: 'stytch_member', permissions: [{ resource_id: 'stytch.self', actions: ['*'] }] },
      {
        role_id: 'editor',
        description: 'Writes\ndocuments',
        permissions: [
          { resource_id: 'document', actions: ['read', 'write'] },
          { resource_id: 'folder: shared', actions: ['open'] },
        ],
      },
      { role_id: 'b*', permissions: [{ resource_id: 'document', actions: ['read'] }] },
      { role_id: 'connected_app', permissions: [{ resource_id: 'document', actions: ['read'] }] },
    ],
    resources: [
      { resource_id: 'stytch.self', actions: ['update.info.name', 'delete'] },
      { resource_id: 'document', actions: ['read', 'write', 'share', 'purge[all]'] },
      { resource_id: 'folder: shared', actions: ['open', 'close'] },
      { resource_id: 'all {things}', actions: ['open'] },
    ],
    scopes: [
      { scope: 'read:documents', permissions: [{ resource_id: 'document', actions: ['read'] }] },
    ],
  },
  organizations: [
    {
      organization_id: acme,
      roles: [
        {
          role_id: 'reviewer',
          permissions: [
            { resource_id: 'document', actions: ['read', 'share'] },
            { resource_id: 'payroll', actions: ['read'] },
          ],
        },
        { role_id: 'editor', permissions: [{ resource_id: 'document', actions: ['share'] }] },
      ],
    },
  ],
}

let root = ''
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'lockstitch-rbac-'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('from a file', () => {
  const source = (name: string, content: unknown): string => {
    const path = join(root, name)
    writeFileSync(path, JSON.stringify(content))
    return path
  }

  test('policies compile and their tests pass; what is not kept is said', async () => {
    const folder = join(root, 'from-file')
    const from = source('rbac.json', RBAC)
    const { code, stdout, stderr } = await runCommand(['rbac', 'import', folder, '--from', from])
    expect(code).toBe(0)
    expect(stdout).toBe(`9 files written to ${folder}\n`)
    expect(stderr.split('\n').sort()).toEqual([
      '',
      `kept otherwise: ${acme} adds to the project's role \`editor\`: members have what it adds by the role \`org:editor\`, which \`rbacRoles\` gives them`,
      "kept otherwise: scopes are kept for principals with the role `connected_app` and the token's scopes in `attr.scopes`: ask about the member, and about the app",
      'look at: role `stytch_member`: `*` on `stytch.self` grants actions that nobody declared, too',
      'not kept: resource `all {things}`: it cannot be named so in a policy',
      'not kept: role `b*`: it cannot be named so in a policy',
      'not kept: role `connected_app`: the name means something else in policies; rename it',
      `not kept: role \`reviewer\` of ${acme}: \`payroll\` is no resource of the project`,
    ])
    const written = [
      'document.yaml',
      'document_test.yaml',
      `organizations/${acme}/org_reviewer.yaml`,
    ]
    const texts = written.map(
      (path) => `-- ${path} --\n${readFileSync(join(folder, path), 'utf8')}`,
    )
    await expect(texts.join('\n')).toMatchFileSnapshot('golden/rbac-import.txt')
    const compiled = await runCommand(['compile', folder])
    expect(compiled.stdout + compiled.stderr).toMatch(/\d+ tests executed \[\d+ OK\]/)
    expect(compiled.code).toBe(0)
  })

  test('check says what has changed since, and import writes it', async () => {
    const folder = join(root, 'drift')
    const from = source('before.json', RBAC)
    await runCommand(['rbac', 'import', folder, '--from', from])
    const check = (file: string) => runCommand(['rbac', 'check', folder, '--from', file])
    expect(await check(from)).toMatchObject({
      code: 0,
      stdout: `${folder} is Stytch's RBAC policy\n`,
    })

    const resources = RBAC.policy.resources.filter(
      ({ resource_id }) => resource_id !== 'folder: shared',
    )
    const roles = [
      { role_id: 'editor', permissions: [{ resource_id: 'document', actions: ['read', 'purge'] }] },
    ]
    const after = source('after.json', {
      roles,
      resources: [...resources, { resource_id: 'image', actions: ['see'] }],
    })
    const drifted = await check(after)
    expect(drifted.code).toBe(5)
    expect(drifted.stdout).toContain(`changed   ${folder}/document.yaml\n`)
    expect(drifted.stdout).toContain('  -     - actions: [read, write]\n')
    expect(drifted.stdout).toContain('  +     - actions: [read, purge]\n')
    expect(drifted.stdout).toContain(`left over ${folder}/folder_shared.yaml\n`)
    expect(drifted.stdout).toContain(`missing   ${folder}/image.yaml\n`)

    writeFileSync(join(folder, 'mine.yaml'), '# Mine\n')
    expect((await runCommand(['rbac', 'import', folder, '--from', after])).stdout).toMatch(
      /removed\n$/,
    )
    expect((await check(after)).code).toBe(0)
    expect(readdirSync(folder)).toContain('mine.yaml')
    expect(readdirSync(folder)).not.toContain('folder_shared.yaml')
  })

  test('`*` becomes the declared actions where that is asked for', async () => {
    const folder = join(root, 'expanded')
    const from = source('rbac.json', RBAC)
    const { stderr } = await runCommand([
      'rbac',
      'import',
      folder,
      '--from',
      from,
      '--expand-wildcards',
    ])
    expect(stderr).not.toContain('look at')
    expect(readFileSync(join(folder, 'stytch.self.yaml'), 'utf8')).toContain(
      'actions: [update.info.name, delete]',
    )
  })

  test("a file that is not the import's own is not overwritten", async () => {
    const folder = mkdtempSync(join(root, 'mine-'))
    writeFileSync(join(folder, 'document.yaml'), '# Mine\n')
    const ended = await runCommand(['rbac', 'import', folder, '--from', source('rbac.json', RBAC)])
    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain('was not written by an import')
    expect(readdirSync(folder)).toEqual(['document.yaml'])
  })

  // biome-ignore format: table
  test.each([
    ['no JSON',            '{',                       2, /is no RBAC policy of Stytch: .*JSON/],
    ['something else',     '{"roles": 1}',            2, /is no RBAC policy of Stytch: `roles` is not a list/],
    ['a role without id',  '{"roles": [{}], "resources": []}', 2, /`roles\[0\]/],
  ])('%s is refused', async (_what, text, code, message) => {
    const ended = await runCommand(['rbac', 'check', root, '--from', '-'], { stdin: text })
    expect(ended.code).toBe(code)
    expect(ended.stderr).toMatch(message)
  })

  test('without a source it says what it needs', async () => {
    const ended = await runCommand(['rbac', 'import', root])
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('STYTCH_PROJECT_ID') })
  })
})

describe('from Stytch', () => {
  let emulator: Emulator
  beforeAll(async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    emulator = await createEmulator({ seed: defaultSeed })
  })
  afterAll(async () => {
    vi.restoreAllMocks()
    await emulator.close()
  })

  test("the project's policy and the custom roles of its organizations", async () => {
    const { projectId, secret } = emulator.project
    const stytchEnv = `${emulator.url}/`
    const client = new B2BClient({ project_id: projectId, secret, env: stytchEnv })
    const roles = [
      {
        role_id: 'auditor',
        description: '',
        permissions: [{ resource_id: 'stytch.member', actions: ['search'] }],
      },
    ]
    await client.rbac.organizations.setOrgPolicy({ organization_id: acme, org_policy: { roles } })
    const env = { STYTCH_PROJECT_ID: projectId, STYTCH_SECRET: secret, STYTCH_ENV: stytchEnv }
    const folder = join(root, 'from-stytch')
    const { code, stderr } = await runCommand(['rbac', 'import', folder], { env })
    expect(stderr).not.toContain('not kept')
    expect(code).toBe(0)
    expect(readdirSync(join(folder, 'organizations', acme))).toEqual([
      'org_auditor.yaml',
      'roles_test.yaml',
    ])
    expect((await runCommand(['compile', folder])).code).toBe(0)
    expect((await runCommand(['rbac', 'check', folder], { env })).code).toBe(0)
    const refused = await runCommand(['rbac', 'check', folder], {
      env: { ...env, STYTCH_SECRET: 'secret-test-x' },
    })
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('cannot ask Stytch')
  })
})
