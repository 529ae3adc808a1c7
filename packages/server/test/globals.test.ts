import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startCerbos } from '../../../tools/cerbos-server.ts'
import { loadConfig } from '../src/config/load-config.ts'
import { SILENT } from '../src/log.ts'
import { startPdp } from '../src/pdp-process.ts'
import { findCerbos, skippedWithoutCerbos } from './beside-cerbos.ts'

const found = findCerbos()

/** As a configuration has them: the whole ones are ints, which no sum mixes with doubles. */
const GLOBALS = { limit: 3, zero: 0, half: 2.5, list: [1, 0.5], inside: { n: 2 }, text: '7' }

const CONDITIONS = [
  'G.limit + 1 == 4',
  'G.limit + 1.0 == 4.0',
  'G.half + 1.0 == 3.5',
  'G.half + 1 == 3',
  'G.limit > 2.5',
  'type(G.limit) == int',
  'type(G.half) == double',
  'G.list[0] + 1 == 2',
  'G.list[1] + 0.5 == 1.0',
  'G.inside.n + 1 == 3',
  'globals.text + "1" == "71"',
  'R.attr.list[G.zero] == "a"',
  'G.limit in [3]',
  'string(G.limit) == "3"',
]

function policy(): string {
  const rules = CONDITIONS.map((expr, at) => ({
    actions: [`a${at}`],
    effect: 'EFFECT_ALLOW',
    roles: ['user'],
    condition: { match: { expr } },
    output: { when: { ruleActivated: 'G' } },
  }))
  const resourcePolicy = { resource: 'doc', version: 'default', rules }
  return JSON.stringify({ apiVersion: 'api.cerbos.dev/v1', resourcePolicy })
}

test.skipIf('missing' in found)(
  `globals of a configuration are what they are in Cerbos${skippedWithoutCerbos(found)}`,
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lockstitch-globals-'))
    await writeFile(join(directory, 'doc.json'), policy())
    const settings = {
      server: { httpListenAddr: '127.0.0.1:0', grpcListenAddr: '127.0.0.1:0' },
      engine: { globals: GLOBALS },
      storage: { driver: 'disk', disk: { directory } },
    }
    const config = loadConfig({ file: '.cerbos.yaml', text: JSON.stringify(settings), env: {} })
    const [ours, cerbos] = await Promise.all([
      startPdp(config, SILENT),
      startCerbos({ policies: directory, engine: settings.engine }),
    ])
    try {
      const principal = { id: 'ann', roles: ['user'] }
      const actions = CONDITIONS.map((_, at) => `a${at}`)
      const resource = { kind: 'doc', id: '1', attr: { list: ['a'] } }
      const check = { requestId: 'r', principal, resources: [{ resource, actions }] }
      const plan = (action: string): object => ({
        requestId: 'r',
        principal,
        resource: { kind: 'doc' },
        action,
      })
      const asked: readonly (readonly [string, object])[] = [
        ['/api/check/resources', check],
        ...actions.map((action) => ['/api/plan/resources', plan(action)] as const),
      ]
      for (const [path, body] of asked) {
        const response = await fetch(`http://${ours.httpAddress}${path}`, {
          method: 'POST',
          body: JSON.stringify(body),
        })
        const theirs = await cerbos.post(path, body)
        expect(theirs).toMatchObject({ ok: true })
        const { body: expected } = theirs as { readonly body: object }
        expect({ ...((await response.json()) as object), cerbosCallId: '' }).toEqual({
          ...expected,
          cerbosCallId: '',
        })
      }
    } finally {
      await Promise.all([ours.close(), cerbos.stop()])
      await rm(directory, { recursive: true })
    }
  },
)
