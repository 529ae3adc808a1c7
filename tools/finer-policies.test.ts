import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyDirectory } from '@lockstitch/verify/node'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { repositoryRoot } from './architecture.ts'
import {
  CERBOS_ENVIRONMENT,
  cerbosPath,
  findCerbos,
  skippedWithoutCerbos,
} from './cerbos-server.ts'
import { documentedSteps } from './documented-steps.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstitch-finer-'))
  const page = readFileSync(join(repositoryRoot, 'docs', 'finer-policies.md'), 'utf8')
  for (const step of documentedSteps(page))
    if (step.kind === 'file') writeFileSync(join(folder, step.path), step.text)
})
afterAll(() => rmSync(folder, { recursive: true }))

test('the tests of the page about finer policies pass', async () => {
  const { summary } = await verifyDirectory(folder)
  expect(summary).toMatchObject({ overallResult: 'RESULT_PASSED', testsCount: 143 })
})

test.skipIf('missing' in findCerbos())(`in the real Cerbos, too${skippedWithoutCerbos()}`, () => {
  const { stdout, status } = spawnSync(cerbosPath(), ['compile', folder], {
    env: CERBOS_ENVIRONMENT,
    encoding: 'utf8',
  })
  expect(stdout).toMatch(/143 tests executed \[143 OK\]/)
  expect(status).toBe(0)
})
