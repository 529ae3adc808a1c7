import { test as base, type TestAPI } from 'vitest'

import { createEmulator, type Emulator, type EmulatorOptions } from './emulator.ts'

/**
 * Vitest's `test` with an `emulator`: started once for a file, when a test first asks for it, and put
 * back to its seed before each test.
 */
export function emulatorTest(
  options: EmulatorOptions = {},
): TestAPI<{ readonly emulator: Emulator; readonly startedEmulator: Emulator }> {
  return base.extend<{ readonly emulator: Emulator; readonly startedEmulator: Emulator }>({
    startedEmulator: [
      // biome-ignore lint/correctness/noEmptyPattern: Vitest reads what a fixture needs from the pattern
      async ({}, use) => {
        const emulator = await createEmulator(options)
        await use(emulator)
        await emulator.close()
      },
      { scope: 'file' },
    ],
    emulator: async ({ startedEmulator }, use) => {
      startedEmulator.reset()
      await use(startedEmulator)
    },
  })
}
