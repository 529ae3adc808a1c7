import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'

import { loadConfig } from '../packages/server/src/process.ts'
import { repositoryRoot } from './architecture.ts'

// The files by which a server is deployed: against Kubernetes's own schemas, and against our own reader.

const deploy = (path: string): string => readFileSync(join(repositoryRoot, 'deploy', path), 'utf8')

interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly data?: Readonly<Record<string, string>>
}

interface Model {
  validate(): void
}

const require = createRequire(import.meta.url)

/** Throws where a manifest is not what Kubernetes's schema for its kind asks for. */
function validate(manifest: Manifest): void {
  const models = require(`kubernetes-models/${manifest.apiVersion}`) as Readonly<
    Record<string, new (data: Manifest) => Model>
  >
  const Kind = models[manifest.kind]
  if (Kind === undefined) throw new Error(`${manifest.apiVersion} has no ${manifest.kind}`)
  new Kind(manifest).validate()
}

function manifestsOf(path: string): readonly Manifest[] {
  return parseAllDocuments(deploy(path)).map((document) => {
    expect(document.errors).toEqual([])
    return document.toJS() as Manifest
  })
}

describe.each(['kubernetes/service.yaml', 'kubernetes/sidecar.yaml'])('%s', (path) => {
  const manifests = manifestsOf(path)

  test.each(manifests.map((each) => [each.kind, each] as const))('%s is one', (_, manifest) => {
    validate(manifest)
  })

  test.each([
    ['a wrong type', /"replicas":\d/, '"replicas":"many"'],
    ['what is missing', /"selector":/, '"selektor":'],
    ['a probe of no kind', /"httpGet":\{[^}]*\}|"exec":\{[^}]*\}/, '"exec":[]'],
  ])('the schemas find %s', (_, from, to) => {
    const deployment = manifests.find(({ kind }) => kind === 'Deployment')
    const text = JSON.stringify(deployment).replace(from, to)
    expect(() => validate(JSON.parse(text))).toThrow()
  })

  test('the configuration is one that the server takes', () => {
    const texts = manifests.flatMap(({ data = {} }) => data['lockstitch.yaml'] ?? [])
    expect(texts).toHaveLength(1)
    const config = loadConfig({ file: 'lockstitch.yaml', text: texts[0] ?? '', env: {} })
    expect(config.audit?.decisionLogs).toBe(true)
  })

  test('the commands are ours', () => {
    const words = [...deploy(path).matchAll(/(?:command|args): \[([^\]]*)\]/g)].map(
      ([, list]) => list,
    )
    expect(new Set(words)).toEqual(
      new Set(path.includes('sidecar') ? ['server', 'lockstitch, healthcheck'] : ['server']),
    )
  })
})

test('the drain and the requests under way fit into the time that Kubernetes and systemd give', () => {
  const [config] = manifestsOf('kubernetes/service.yaml').flatMap(
    ({ data = {} }) => data['lockstitch.yaml'] ?? [],
  )
  const { drainDelay } = loadConfig({ file: 'lockstitch.yaml', text: config ?? '', env: {} }).server
  const grace = Number(
    /terminationGracePeriodSeconds: (\d+)/.exec(deploy('kubernetes/service.yaml'))?.[1],
  )
  // The server gives requests thirty seconds.
  expect(grace * 1000).toBeGreaterThan(drainDelay + 30_000)
  const stop = Number(/TimeoutStopSec=(\d+)s/.exec(deploy('lockstitch.service'))?.[1])
  expect(stop * 1000).toBeGreaterThan(5_000 + 30_000)
})

test('the configuration of the image is one that the server takes', () => {
  const { storage, server } = loadConfig({
    file: 'lockstitch.yaml',
    text: deploy('lockstitch.yaml'),
    env: { LOCKSTITCH_POLICIES: '/elsewhere' },
  })
  expect(storage).toMatchObject({ driver: 'disk', directory: '/elsewhere' })
  expect(server.drainDelay).toBe(5_000)
})

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0

test.skipIf(!hasSystemd)('the unit is one', () => {
  const file = join(repositoryRoot, 'deploy/lockstitch.service')
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', file], {
    encoding: 'utf8',
  })
  expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' })
})

test('the unit has sections, and what they say once', () => {
  const lines = deploy('lockstitch.service')
    .split('\n')
    .filter((line) => line !== '')
  const names = lines.filter((line) => !line.startsWith('[')).map((line) => line.split('=')[0])
  expect(lines.filter((line) => line.startsWith('['))).toEqual(['[Unit]', '[Service]', '[Install]'])
  expect(new Set(names).size).toBe(names.length)
  expect(lines.every((line) => line.startsWith('[') || /^[A-Z]\w+=/.test(line))).toBe(true)
})
