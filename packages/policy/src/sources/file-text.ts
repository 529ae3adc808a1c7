import type { SourceFile } from '../source.ts'
import { PolicySourceError } from './policy-source-error.ts'

const MAX_FILE_SIZE = 16 * 1024 * 1024
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Throws where a file is larger than a policy or a schema may be. */
export function requirePolicySize(path: string, size: number): void {
  if (size <= MAX_FILE_SIZE) return
  const message = `\`${path}\` has ${size} bytes; a policy file has at most ${MAX_FILE_SIZE}`
  throw new PolicySourceError('policy-file-too-large', message)
}

/** A file by its bytes. Throws where they are not UTF-8. */
export function sourceFileOf(path: string, bytes: Uint8Array): SourceFile {
  try {
    return { path, text: UTF_8.decode(bytes) }
  } catch (cause) {
    const message = `\`${path}\` is not UTF-8 text; save it as UTF-8`
    throw new PolicySourceError('policy-file-not-utf8', message, { cause })
  }
}

/** That there is no policy where policies should be. */
export function noPolicies(where: string): PolicySourceError {
  return new PolicySourceError(
    'policy-directory-empty',
    `${where} has no policy files: expected .yaml, .yml or .json files (hidden files, \`testdata\`, \`_schemas\` and \`*_test\` files do not count)`,
  )
}
