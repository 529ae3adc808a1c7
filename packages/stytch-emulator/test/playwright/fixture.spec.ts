import { expect } from '@playwright/test'

import { emulatorTest } from '../../src/playwright.ts'
import { mayaId, seed } from '../seed.ts'

const test = emulatorTest({ seed })

test('the fixture is an emulator whose pages a browser opens', async ({ page, emulator }) => {
  emulator.startSession(mayaId)
  await page.goto(emulator.url)
  await expect(page.getByRole('row', { name: 'maya@acme.test' }).first()).toContainText('1')
})

test('the next test has the same, put back to its seed', async ({ page, emulator }) => {
  await page.goto(emulator.url)
  await expect(page.getByRole('row', { name: 'maya@acme.test' }).first()).toContainText('–')
})
