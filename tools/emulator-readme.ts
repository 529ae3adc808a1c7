import { readFileSync, writeFileSync } from 'node:fs'

import { seedSchema } from '../packages/stytch-emulator/src/seed-fields.ts'
import { readmeParts, withParts } from '../packages/stytch-emulator/test/contract/readme.ts'
import { sdkMethods } from '../packages/stytch-emulator/test/contract/run.ts'

/** Writes what is emulated and what is not into the emulator's README, and what a seed may be into its schema; a test fails where it is not so. */
const file = new URL('../packages/stytch-emulator/README.md', import.meta.url)
writeFileSync(file, withParts(readFileSync(file, 'utf8'), readmeParts(sdkMethods())))
writeFileSync(
  new URL('../packages/stytch-emulator/seed.schema.json', import.meta.url),
  `${JSON.stringify(seedSchema, null, 2)}\n`,
)
