import {
  test as base,
  type PlaywrightTestArgs,
  type PlaywrightTestOptions,
  type PlaywrightWorkerArgs,
  type PlaywrightWorkerOptions,
  type TestType,
} from '@playwright/test'

import { createEmulator, type Emulator, type EmulatorOptions } from './emulator.ts'

/** What a test may ask for beside Playwright's own. */
interface EmulatorArgs {
  /** The emulator as its seed has it. */
  readonly emulator: Emulator
}

/** What the tests of a worker share. */
interface EmulatorWorkerArgs {
  /** The emulator as the last test has left it. */
  readonly startedEmulator: Emulator
}

/**
 * Playwright's `test` with an `emulator`: started once for a worker, when a test first asks for it, and
 * put back to its seed before each test.
 */
export function emulatorTest(
  options: EmulatorOptions = {},
): TestType<
  PlaywrightTestArgs & PlaywrightTestOptions & EmulatorArgs,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions & EmulatorWorkerArgs
> {
  return base.extend<EmulatorArgs, EmulatorWorkerArgs>({
    startedEmulator: [
      // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from the pattern
      async ({}, use) => {
        const emulator = await createEmulator(options)
        await use(emulator)
        await emulator.close()
      },
      { scope: 'worker' },
    ],
    emulator: async ({ startedEmulator }, use) => {
      startedEmulator.reset()
      await use(startedEmulator)
    },
  })
}
