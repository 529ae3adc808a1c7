import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { type GitStoreOptions, gitStore, type Store } from '../../src/index.ts'
import { type GitOverHttps, serveGit } from './git-over-https.ts'
import { type GitOverSsh, serveGitOverSsh } from './git-over-ssh.ts'
import { createGitRepository, type GitRepository } from './git-repository.ts'

const POLICY = 'apiVersion: api.cerbos.dev/v1\nderivedRoles: { name: common, definitions: [] }\n'

let repository: GitRepository
let home = ''
const stores: Store[] = []
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'lockstitch-git-test-'))
  repository = await createGitRepository()
  await repository.push(
    {
      'root.yaml': POLICY,
      'deep/policies/a.yaml': POLICY,
      'deep/policies/b/c.json': '{}',
      'deep/policies/_schemas/x.json': '{}',
      'deep/policies/.hidden.yaml': POLICY,
      'deep/policies/testdata/d.yaml': POLICY,
      'deep/policies/a_test.yaml': POLICY,
      'deep/policies/readme.md': 'x',
      'empty/readme.md': 'x',
    },
    { links: { 'deep/policies/link.yaml': '/etc/passwd', 'deep/policies/other': '../..' } },
  )
  await repository.push({ 'next.yaml': POLICY }, { branch: 'release/next' })
})
afterEach(() => {
  for (const store of stores.splice(0)) store.close()
})
afterAll(async () => {
  await repository.remove()
  await rm(home, { recursive: true, force: true })
})

function open(options: Partial<GitStoreOptions> = {}): Store {
  const store = gitStore({
    protocol: 'file',
    url: repository.url,
    checkoutDir: join(home, 'checkout'),
    ...options,
  })
  stores.push(store)
  return store
}

async function refusal(options: Partial<GitStoreOptions>): Promise<string> {
  const error = await open(options)
    .read()
    .catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(Error)
  return String(error)
}

describe('what is read of a repository', () => {
  test('is the folder and the branch that are asked for, without links', async () => {
    const { policies, schemas, files, revision, policySource } = await open({
      branch: 'main',
      subDir: 'deep/policies/',
    }).read()
    expect(policies.map(({ id }) => id)).toEqual(['deep/policies/a.yaml', 'deep/policies/b/c.json'])
    expect(files.map(({ path }) => path)).toEqual(['_schemas/x.json', 'a.yaml', 'b/c.json'])
    expect(schemas).toEqual([{ id: 'x.json', text: '{}' }])
    expect(revision).toMatch(/^[0-9a-f]{40}$/)
    expect(policies[0]?.attributes).toEqual({
      driver: 'git',
      source: 'deep/policies/a.yaml',
      commit_hash: revision,
    })
    expect(policySource).toEqual({
      git: {
        repositoryUrl: repository.url,
        subdirectory: 'deep/policies',
        branch: 'main',
        hash: revision,
      },
    })
  })

  test.each([undefined, 'main', 'release/next'])('branch %s', async (branch) => {
    const { files } = await open(branch === undefined ? {} : { branch }).read()
    expect(files.map(({ path }) => path)).toContain(
      branch === 'release/next' ? 'next.yaml' : 'root.yaml',
    )
  })

  test('may be named by a path', async () => {
    expect((await open({ url: repository.directory }).read()).files.length).toBeGreaterThan(0)
  })

  test('leaves nothing behind, and what a killed process has left is removed', async () => {
    const checkoutDir = await mkdtemp(join(home, 'left-'))
    const left = await mkdtemp(join(checkoutDir, 'lockstitch-git-'))
    await utimes(left, 1, 1)
    await open({ checkoutDir }).read()
    expect(await readdir(checkoutDir)).toEqual([])
  })

  test.each<readonly [string, Partial<GitStoreOptions>, string]>([
    ['a branch that is not there', { branch: 'nope' }, 'it has no branch `nope`'],
    ['a branch that looks like an option', { branch: '--upload-pack=x' }, 'it has no branch'],
    ['a folder that is not there', { subDir: 'nope' }, 'it has no folder `nope`'],
    ['a folder above the repository', { subDir: '../..' }, 'it has no folder `../..`'],
    ['a folder without policies', { subDir: 'empty' }, 'the folder `empty` has no policy files'],
    ['no repository', { url: 'file:///does/not/exist' }, 'does not appear to be a git repository'],
    ['an option for an address', { url: '--upload-pack=touch /tmp/x' }, 'cannot be read'],
    ['a program for an address', { url: 'ext::sh -c "touch /tmp/x"' }, 'cannot be read'],
  ])('%s is told', async (_, options, message) => {
    expect(await refusal(options)).toContain(message)
  })
})

test('a repository that does not answer is given up on, and what was started ends', async () => {
  const silent = createServer(() => {})
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as { readonly port: number }
  const url = `https://127.0.0.1:${port}/x.git`
  try {
    expect(await refusal({ protocol: 'https', url, operationTimeout: 300 })).toContain(
      'did not answer in time',
    )
    const store = open({ protocol: 'https', url })
    const reading = store.read()
    store.close()
    await expect(reading).rejects.toThrow('the store is closed')
    expect(spawnSync('pgrep', ['-f', url], { encoding: 'utf8' }).stdout ?? '').toBe('')
  } finally {
    silent.close()
  }
})

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
describe.skipIf(!hasOpenssl)(
  `over HTTPS${hasOpenssl ? '' : ' (skipped: there is no openssl)'}`,
  () => {
    const PASSWORD = 'pa ss/w@rd:%41'
    let served: GitOverHttps
    beforeAll(async () => {
      const [cert, key] = [join(home, 'tls.crt'), join(home, 'tls.key')]
      const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1']
      const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
      const files = ['-keyout', key, '-out', cert]
      await promisify(execFile)('openssl', [...request, ...subject, ...files])
      const tls = { cert: await readFile(cert), key: await readFile(key) }
      served = await serveGit(repository.directory, tls, { username: 'ci', password: PASSWORD })
      process.env.GIT_SSL_CAINFO = cert
    })
    afterAll(async () => {
      delete process.env.GIT_SSL_CAINFO
      await served.close()
    })
    const over = (https: GitStoreOptions['https'], url = served.url): Partial<GitStoreOptions> => ({
      protocol: 'https',
      url,
      ...(https && { https }),
    })

    test('it is read by who has the password', async () => {
      const store = open(over({ username: 'ci', password: PASSWORD }))
      const before = (await store.read()).revision
      const commit = await repository.push({ 'root.yaml': POLICY })
      expect(commit).not.toBe(before)
      await store.refresh?.()
      expect((await store.read()).revision).toBe(commit)
    })

    test('a password in the address is told to nobody', async () => {
      const url = served.url.replace('//', `//ci:${encodeURIComponent(PASSWORD)}@`)
      const contents = await open(over(undefined, url)).read()
      expect(contents.policySource.git?.repositoryUrl).toBe(served.url)
      const gone = await refusal(over(undefined, url.replace('origin', 'gone')))
      expect(gone).toContain('gone.git')
      expect(gone).not.toContain('ci:')
      expect(gone).not.toContain(encodeURIComponent(PASSWORD))
    })

    test.each([
      ['no password', undefined],
      ['a wrong one', { username: 'ci', password: 'a secret that is wrong' }],
    ])('with %s it is refused, without asking anybody', async (_, https) => {
      const message = await refusal(over(https))
      expect(message).toMatch(/Authentication failed|could not read Username/)
      expect(message).not.toContain('a secret that is wrong')
    })

    test('a certificate that nobody vouches for is refused', async () => {
      const before = process.env.GIT_SSL_CAINFO
      delete process.env.GIT_SSL_CAINFO
      const message = await refusal(over({ username: 'ci', password: PASSWORD }))
      process.env.GIT_SSL_CAINFO = before
      expect(message).toMatch(/certificate/)
    })
  },
)

const hasSsh = spawnSync('ssh', ['-V']).status === 0
describe.skipIf(!hasSsh)(`over SSH${hasSsh ? '' : ' (skipped: there is no ssh)'}`, () => {
  let served: GitOverSsh
  beforeAll(async () => {
    served = await serveGitOverSsh(repository.directory)
    process.env.SSH_KNOWN_HOSTS = served.knownHostsFile
  })
  afterAll(async () => {
    delete process.env.SSH_KNOWN_HOSTS
    await served.close()
  })
  const over = (ssh: GitStoreOptions['ssh']): Partial<GitStoreOptions> => {
    return { protocol: 'ssh', url: served.url, operationTimeout: 20_000, ...(ssh && { ssh }) }
  }

  test('it is read by who has the key and its passphrase', async () => {
    const { keyFile: privateKeyFile, passphrase: password } = served
    const { files } = await open(over({ user: 'deploy', privateKeyFile, password })).read()
    expect(files.map(({ path }) => path)).toContain('root.yaml')
    expect(new Set(served.users)).toEqual(new Set(['deploy']))
  })

  test('without the passphrase it is refused, and a wrong one is told to nobody', async () => {
    const privateKeyFile = served.keyFile
    expect(await refusal(over({ privateKeyFile }))).toContain('Permission denied')
    const message = await refusal(over({ privateKeyFile, password: 'a wrong secret' }))
    expect(message).toContain('cannot be read')
    expect(message).not.toContain('a wrong secret')
  })

  test('a host that nobody knows is refused', async () => {
    process.env.SSH_KNOWN_HOSTS = '/dev/null'
    const { keyFile: privateKeyFile, passphrase: password } = served
    const message = await refusal(over({ privateKeyFile, password }))
    process.env.SSH_KNOWN_HOSTS = served.knownHostsFile
    expect(message).toContain('Host key verification failed')
  })
})
