import { readFileSync, writeFileSync } from 'node:fs'

import { readmeParts, withParts } from '../packages/stytch-emulator/test/contract/readme.ts'
import { sdkMethods } from '../packages/stytch-emulator/test/contract/run.ts'

/** Writes what is emulated and what is not into the emulator's README; a test fails where it is not so. */
const file = new URL('../packages/stytch-emulator/README.md', import.meta.url)
writeFileSync(file, withParts(readFileSync(file, 'utf8'), readmeParts(sdkMethods())))
