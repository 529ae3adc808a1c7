import type { Diagnostic, SourceFile } from '@lockstitch/policy'
import type { Fields } from '@lockstitch/policy/reading'

import type { Constraints } from './constraints.ts'
import { fileNamed } from './files.ts'
import { loadFile } from './load-file.ts'
import { readAuxData, readPrincipals, readResources } from './read-fixtures.ts'
import { type Fixtures, SuiteError } from './suite.ts'

/** The fixtures of a `testdata` directory, or what is wrong with them. */
export type LoadedFixtures =
  | { readonly ok: true; readonly fixtures: Fixtures }
  | { readonly ok: false; readonly problem: string; readonly diagnostics: readonly Diagnostic[] }

/** What a suite has that stands alone. */
const NO_FIXTURES: Fixtures = {
  principals: new Map(),
  resources: new Map(),
  auxData: new Map(),
  principalGroups: new Map(),
  resourceGroups: new Map(),
}

interface FixtureFile {
  readonly what: string
  /** Without the extension; the first one that is there counts. */
  readonly names: readonly string[]
  readonly read: (fields: Fields, check: Constraints) => Partial<Fixtures>
}

// biome-ignore format: table
const FIXTURE_FILES: readonly FixtureFile[] = [
  { what: 'principals', names: ['principals'],                     read: readPrincipals },
  { what: 'resources',  names: ['resources'],                      read: readResources },
  { what: 'aux data',   names: ['auxdata', 'auxData', 'aux_data'], read: readAuxData },
]

/**
 * Reads the fixtures of a `testdata` directory.
 * @see https://docs.cerbos.dev/cerbos/latest/policies/compile#testing
 */
export function loadFixtures(
  directory: string,
  files: ReadonlyMap<string, SourceFile>,
): LoadedFixtures {
  let fixtures = NO_FIXTURES
  for (const { what, names, read } of FIXTURE_FILES) {
    const file = names.flatMap((name) => fileNamed(files, `${directory}/${name}`) ?? [])[0]
    if (file === undefined) continue
    const loaded = loadFile(file, (fields, check) => {
      fields.text('$schema')
      return read(fields, check)
    })
    const failed = `failed to load test fixtures from ${directory}: failed to load ${what}`
    if (!loaded.ok) {
      return { ...loaded, problem: `${failed}:\n${loaded.problem}` }
    }
    fixtures = { ...fixtures, ...loaded.value }
    try {
      checkGroups(loaded.value.principalGroups, (name) => fixtures.principals.has(name))
      checkGroups(loaded.value.resourceGroups, (name) => fixtures.resources.has(name))
    } catch (error) {
      if (!(error instanceof SuiteError)) throw error
      return { ok: false, problem: `${failed}: ${error.message}`, diagnostics: [] }
    }
  }
  return { ok: true, fixtures }
}

/** Throws a {@link SuiteError} for a group with a member that there is not. */
export function checkGroups(
  groups: ReadonlyMap<string, readonly string[]> | undefined,
  exists: (name: string) => boolean,
): void {
  for (const [group, members] of groups ?? []) {
    const missing = members.find((name) => !exists(name))
    if (missing === undefined) continue
    const [quotedName, quotedGroup] = [missing, group].map((name) => JSON.stringify(name))
    throw new SuiteError(`missing fixture ${quotedName} referenced in group ${quotedGroup}`)
  }
}

/** What a suite sees: its own fixtures before those of its directory. */
export function combineFixtures(suite: Fixtures, directory: Fixtures): Fixtures {
  return {
    principals: new Map([...directory.principals, ...suite.principals]),
    resources: new Map([...directory.resources, ...suite.resources]),
    auxData: new Map([...directory.auxData, ...suite.auxData]),
    principalGroups: new Map([...directory.principalGroups, ...suite.principalGroups]),
    resourceGroups: new Map([...directory.resourceGroups, ...suite.resourceGroups]),
  }
}
