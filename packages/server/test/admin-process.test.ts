import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type CerbosServer, startCerbos } from '../../../tools/cerbos-server.ts'
import { loadConfig, type PdpProcess, startPdp } from '../src/process.ts'
import { findCerbos, send, skippedWithoutCerbos } from './beside-cerbos.ts'

// A configuration of Cerbos with the admin API on SQLite, and Cerbos's own client for it.

const found = findCerbos()
const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
/** By bcrypt, of `a secret`, with the ends of lines that `htpasswd` leaves. */
const PASSWORD_HASH =
  'JDJiJDA0JFkxSE53TFROcmxZNGVueENDVTZBeGVoemVlWlpjQ3llekVkYlZFOEI1MUZ6ZnpwLjhpOFNhCgo='

const FILES = {
  'doc.yaml': `
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: doc
  version: default
  importDerivedRoles: [common]
  rules:
    - { actions: [view], roles: [user], effect: EFFECT_ALLOW }
    - { actions: [edit], derivedRoles: [owner], effect: EFFECT_ALLOW }
  schemas: { resourceSchema: { ref: "cerbos:///doc.json" } }
`,
  'roles.yaml': `
apiVersion: api.cerbos.dev/v1
derivedRoles:
  name: common
  definitions:
    - { name: owner, parentRoles: [user], condition: { match: { expr: R.attr.owner == P.id } } }
`,
  'ann.yaml': `
apiVersion: api.cerbos.dev/v1
principalPolicy:
  principal: ann
  version: default
  rules: [{ resource: doc, actions: [{ action: fly, effect: EFFECT_ALLOW }] }]
`,
  'broken.yaml': 'apiVersion: api.cerbos.dev/v1\nresourcePolicy: { resource: ',
}
const SCHEMA = '{"type": "object", "properties": {"owner": {"type": "string"}}}'

/** What is asked of both, in this order; paths are those of the folder with the files. */
const COMMANDS: readonly string[] = [
  'get resource_policies',
  'put schema schemas/doc.json',
  'put policy policies/roles.yaml',
  'put policy policies/doc.yaml policies/ann.yaml',
  'put policy policies/broken.yaml',
  'put policy policies/nope.yaml',
  'put --recursive policy policies',
  'get resource_policies',
  'get resource_policies --no-headers --name=doc',
  'get resource_policy resource.doc.vdefault -ojson',
  'get resource_policy resource.doc.vdefault -oyaml',
  'get resource_policy resource.doc.vdefault -oprettyjson',
  'get resource_policy resource.nope.vdefault -ojson',
  'get derived_roles',
  'get derived_role derived_roles.common -oyaml',
  'get principal_policies --version=default',
  'get principal_policy principal.ann.vdefault -oyaml',
  'get export_variables',
  'get schemas',
  'get schema doc.json',
  'store reload',
  'store reload --wait',
  'disable policy principal.ann.vdefault',
  'get principal_policies --include-disabled',
  'get principal_policies',
  'enable policy principal.ann.vdefault',
  'delete policy principal.ann.vdefault',
  'disable policy derived_roles.common',
  'store revisions purge --keep-last=1',
  'delete schema nope.json',
  'delete schema doc.json',
]

describe.skipIf('missing' in found)(
  `an admin API by configuration${skippedWithoutCerbos(found)}`,
  () => {
    let home: string
    let ours: PdpProcess
    let cerbos: CerbosServer
    beforeAll(async () => {
      home = await mkdtemp(join(tmpdir(), 'lockstitch-admin-'))
      for (const directory of ['policies', 'schemas']) await mkdir(join(home, directory))
      await writeFile(join(home, 'schemas/doc.json'), SCHEMA)
      for (const [name, text] of Object.entries(FILES))
        await writeFile(join(home, 'policies', name), text)
      const text = JSON.stringify({ ...settings('ours.db'), server: OURS })
      ours = await startPdp(loadConfig({ file: '.cerbos.yaml', text, env: {} }), SILENT)
      cerbos = await startCerbos({ policies: {}, config: settings('theirs.db') })
    })
    afterAll(async () => {
      await Promise.all([ours.close(), cerbos.stop()])
      await rm(home, { recursive: true, force: true })
    })

    const ADMIN = {
      enabled: true,
      adminCredentials: { username: 'root', passwordHash: PASSWORD_HASH },
    }
    const OURS = {
      httpListenAddr: '127.0.0.1:0',
      grpcListenAddr: '127.0.0.1:0',
      adminAPI: ADMIN,
    }
    const settings = (file: string) => ({
      server: { adminAPI: ADMIN },
      storage: {
        driver: 'sqlite3',
        sqlite3: { dsn: `file:${join(home, file)}?_pragma=foreign_keys(1)` },
      },
    })

    async function ctl(address: string | undefined, line: string, password = 'a secret') {
      const connection = ['--plaintext', `--server=${address}`, '--username=root']
      const args = [...line.split(' '), ...connection, `--password=${password}`]
      const options = { cwd: home, env: {} }
      const ended = await promisify(execFile)(cerbosctl(), args, options).catch(
        (error: { code: number; stdout: string; stderr: string }) => error,
      )
      const { stdout, stderr } = ended
      return { code: 'code' in ended ? ended.code : 0, stdout: comparable(stdout), stderr }
    }

    test.each(COMMANDS)('`cerbosctl %s` does with ours what it does with Cerbos', async (line) => {
      const [a, b] = [await ctl(ours.grpcAddress, line), await ctl(cerbos.grpcAddress, line)]
      expect(a).toEqual(b)
    })

    test('without the password it does nothing', async () => {
      const line = 'get resource_policies'
      const refusal = await ctl(ours.grpcAddress, line, 'cerbosAdmin')
      expect(refusal).toEqual(await ctl(cerbos.grpcAddress, line, 'cerbosAdmin'))
      expect(refusal.code).toBe(1)
    })

    test('both decide by what was put, and ours does after a new start', async () => {
      const body = JSON.stringify({
        principal: { id: 'x', roles: ['user'] },
        resources: ['x', 'y'].map((owner) => ({
          actions: ['view', 'edit', 'fly'],
          resource: { kind: 'doc', id: owner, attr: { owner } },
        })),
      })
      const ask = (url: string) => send(`${url}/api/check/resources`, { method: 'POST', body })
      const theirs = await ask(cerbos.httpUrl)
      expect(await ask(`http://${ours.httpAddress}`)).toEqual(theirs)
      expect(JSON.stringify(theirs)).toContain('EFFECT_ALLOW')
      await ours.close()
      const text = JSON.stringify({ ...settings('ours.db'), server: OURS })
      ours = await startPdp(loadConfig({ file: '.cerbos.yaml', text, env: {} }), SILENT)
      expect(await ask(`http://${ours.httpAddress}`)).toEqual(theirs)
    })

    test('what Cerbos exports from ours is what it exports from itself', async () => {
      for (const [name, address] of [
        ['ours', ours.grpcAddress],
        ['theirs', cerbos.grpcAddress],
      ])
        await ctl(address, `store export ${name}`)
      const read = async (...path: readonly string[]) =>
        comparable(await readFile(join(home, ...path), 'utf8'))
      for (const file of ['resource.doc.vdefault.yaml', 'derived_roles.common.yaml'])
        expect(await read('ours', file)).toBe(await read('theirs', file))
    })
  },
)

function cerbosctl(): string {
  const name = 'cerbosctl-linux-x64'
  return join(dirname(createRequire(import.meta.url).resolve(`@cerbos/${name}/package.json`)), name)
}

/** Times are of each; Go puts one or two spaces behind colons. */
function comparable(text: string): string {
  return text
    .replaceAll(/("?update_ts"?): *"\d{4}-[^"]*Z"/g, '$1: "a time"')
    .replaceAll(/: +/g, ': ')
}
