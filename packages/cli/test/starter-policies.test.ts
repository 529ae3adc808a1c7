import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

import { CERBOS_ENVIRONMENT, cerbosPath, findCerbos } from '../../../differential/cerbos/binary.ts'
import { runCommand } from './command-line.ts'

const folder = new URL('../../stytch/starter-policies', import.meta.url).pathname

test('the starter policies compile and their tests pass', async () => {
  const { code, stdout } = await runCommand(['compile', folder])
  expect(stdout).toMatch(/192 tests executed \[192 OK\]/)
  expect(code).toBe(0)
})

test.skipIf('missing' in findCerbos())('in the real Cerbos, too', () => {
  const { status, stdout } = spawnSync(cerbosPath(), ['compile', folder], {
    env: CERBOS_ENVIRONMENT,
    encoding: 'utf8',
  })
  expect(stdout).toMatch(/192 tests executed \[192 OK\]/)
  expect(status).toBe(0)
})
