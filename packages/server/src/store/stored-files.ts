import { createHash } from 'node:crypto'

import type { RecordedSource } from '@lockstitch/engine'
import type { JsonValue, SourceFile } from '@lockstitch/policy'
import { parse } from 'yaml'

import type { StoreContents, StoredPolicy } from './store.ts'

const SCHEMAS = '_schemas/'

/** Files of a store, and how it speaks of them. */
export interface StoredFiles {
  readonly driver: string
  readonly files: readonly SourceFile[]
  /** Made of the files where there is none. */
  readonly revision?: string
  readonly policySource: RecordedSource
  readonly directory: string
  /** What stands before a path in the id of a policy. */
  readonly prefix?: string
  /** What is told of each policy besides its driver and its path. */
  readonly attributes?: Readonly<Record<string, JsonValue>>
}

/** The contents of a store of files. */
export function contentsOfFiles({
  driver,
  files,
  revision = revisionOf(files),
  policySource,
  directory,
  prefix = '',
  attributes,
}: StoredFiles): StoreContents {
  const idOf = (path: string): string => `${prefix}${path}`
  const attributesOf = (path: string) => ({ driver, source: idOf(path), ...attributes })
  let policies: readonly StoredPolicy[] | undefined
  return {
    driver,
    revision,
    files,
    policySource,
    directory,
    attributesOf,
    // Whether a policy is switched off is in its text, which only those need parsed who list policies.
    get policies() {
      policies ??= files
        .filter(({ path }) => !path.startsWith(SCHEMAS))
        .map((file) => ({
          id: idOf(file.path),
          file,
          disabled: isDisabled(file.text),
          attributes: attributesOf(file.path),
        }))
      return policies
    },
    get schemas() {
      return files
        .filter(({ path }) => path.startsWith(SCHEMAS))
        .map(({ path, text }) => ({ id: path.slice(SCHEMAS.length), text }))
    },
  }
}

/** A name for a set of files: two that differ have different ones. */
export function revisionOf(files: readonly SourceFile[]): string {
  const hash = createHash('sha256')
  for (const file of files) {
    const digest = digests.get(file) ?? digestOf(file)
    digests.set(file, digest)
    hash.update(digest)
  }
  return hash.digest('hex').slice(0, 40)
}

/** Of sets that follow each other most files are the same. */
const digests = new WeakMap<SourceFile, Buffer>()

function digestOf({ path, text }: SourceFile): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([path, text]))
    .digest()
}

/** What cannot be read is not switched off: it is an error, which the compiler tells. */
function isDisabled(text: string): boolean {
  try {
    const policy: unknown = parse(text)
    return (policy as { disabled?: unknown } | null)?.disabled === true
  } catch {
    return false
  }
}
