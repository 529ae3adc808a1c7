import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SourceFile } from '@lockstitch/policy'

import type { Corpus } from './corpus.ts'

/** The schemas that the cases about schemas and about compiling refer to. */
export function schemaFiles(corpus: Corpus): readonly SourceFile[] {
  const directory = corpus.fixture('schema_fs')
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const text = readFileSync(join(directory, name), 'utf8')
      return { path: name.replaceAll('\\', '/'), text }
    })
}
