import { expect, test } from 'vitest'

import { loadConfig } from '../../src/process.ts'

function storage(text: string) {
  return loadConfig({ file: '.cerbos.yaml', text: `storage: { ${text} }`, env: {} }).storage
}

function refusal(text: string): string {
  try {
    storage(text)
  } catch (error) {
    return String(error)
  }
  return 'accepted'
}

const GIT = 'git: { protocol: https, url: "https://git.example/p" }'

test('Git has Cerbos’s settings', () => {
  const settings = `driver: git, git: {
    protocol: ssh, url: "git@git.example:acme/policies.git", branch: main, subDir: policies,
    checkoutDir: /tmp/x, updatePollInterval: 1m, operationTimeout: 30s,
    ssh: { user: deploy, password: p, privateKeyFile: /key } }`
  expect(storage(settings)).toEqual({
    driver: 'git',
    protocol: 'ssh',
    url: 'git@git.example:acme/policies.git',
    branch: 'main',
    subDir: 'policies',
    checkoutDir: '/tmp/x',
    updatePollInterval: 60_000,
    operationTimeout: 30_000,
    https: {},
    ssh: { user: 'deploy', password: 'p', privateKeyFile: '/key' },
  })
})

test('an overlay has the stores of two drivers', () => {
  expect(
    storage(`driver: overlay, ${GIT}, disk: { directory: /p }, sqlite3: { dns: ignored },
      overlay: { baseDriver: git, fallbackDriver: disk, fallbackErrorWindow: 10s }`),
  ).toEqual({
    driver: 'overlay',
    base: {
      driver: 'git',
      protocol: 'https',
      url: 'https://git.example/p',
      https: {},
      ssh: {},
    },
    fallback: { driver: 'disk', directory: '/p', watchForChanges: false },
    fallbackErrorThreshold: 5,
    fallbackErrorWindow: 10_000,
  })
})

test('what is of another driver may stay', () => {
  expect(storage(`driver: disk, ${GIT}, overlay: { nope: 1 }`).driver).toBe('disk')
})

test.each([
  ['driver: git', '`storage.git.protocol`: is needed: https, ssh, file'],
  ['driver: git, git: { protocol: ftp }', 'expected one of https, ssh, file'],
  ['driver: git, git: { protocol: file }', '`storage.git.url`: is needed'],
  [
    'driver: git, git: { protocol: https, url: "http://git.example/p" }',
    '`storage.git.url`: is not one of the protocol `https`',
  ],
  [
    'driver: git, git: { protocol: ssh, url: "https://git.example/p" }',
    '`storage.git.url`: is not one of the protocol `ssh`',
  ],
  [
    'driver: git, git: { brnch: x }',
    '`storage.git.brnch`: unknown setting; did you mean `branch`?',
  ],
  ['driver: gti', 'did you mean `git`?'],
  ['driver: overlay', '`storage.overlay.baseDriver`: is needed'],
  [
    'driver: overlay, overlay: { baseDriver: disk, fallbackDriver: disk }',
    '`storage.overlay.fallbackDriver`: is the driver of the base too',
  ],
  [
    // Cerbos opens overlays of overlays until its memory is used up.
    'driver: overlay, overlay: { baseDriver: overlay, fallbackDriver: disk }',
    '`storage.overlay.baseDriver`: `overlay` is not there',
  ],
  [
    `driver: overlay, ${GIT}, overlay: { baseDriver: git, fallbackDriver: disk, fallbackErrorThreshold: 0 }`,
    '`storage.overlay.fallbackErrorThreshold`: expected a whole number',
  ],
])('%s is refused', (text, message) => {
  expect(refusal(text)).toContain(message)
})
